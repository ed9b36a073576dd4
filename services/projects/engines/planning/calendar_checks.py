"""What is refused of a plan's calendars before any of them is laid out."""

from collections.abc import Iterator, Mapping

from services.projects.engines.planning.plan import (
    DAY_S,
    Calendar,
    CalendarException,
    DayHours,
    Plan,
)
from shared.base.errors import Fault
from shared.base.texts import Text

MOST_SPANS, MOST_RECURRENCES = 5_000, 200
"""Exceptions of several days in one calendar, and those among them that recur: each day is held against them."""
LONGEST_BASE_CHAIN = 50


def calendar_faults(plan: Plan) -> Iterator[Fault]:
    """Faults of the plan's calendars: what they build on, their weeks and shifts, their exceptions."""
    calendars = {calendar.id: calendar for calendar in plan.calendars}
    if plan.calendar is not None and plan.calendar not in calendars:
        yield Fault(
            "unknown_calendar",
            Text("the plan's calendar {calendar} is not there", calendar=plan.calendar),
            "/calendar",
        )
    for number, calendar in enumerate(plan.calendars):
        yield from _week_faults(calendar, f"/calendars/{number}")
        yield from _exception_faults(calendar, f"/calendars/{number}")
        yield from _base_faults(calendars, calendar, f"/calendars/{number}/base")


def _base_faults(calendars: Mapping[str, Calendar], calendar: Calendar, pointer: str) -> Iterator[Fault]:
    chain, base = [calendar.id], calendar.base
    while base is not None:
        if len(chain) > LONGEST_BASE_CHAIN:
            detail = Text(
                "more than {longest_base_chain} calendars below {id} build on one another",
                longest_base_chain=LONGEST_BASE_CHAIN,
                id=calendar.id,
            )
            yield Fault("calendar_chain", detail, pointer)
            return
        if base not in calendars:
            yield Fault(
                "unknown_calendar",
                Text("calendar {chain} builds on {base}, which is not there", chain=chain[-1], base=base),
                pointer,
            )
            return
        if base in chain:
            yield Fault(
                "calendar_cycle",
                Text("calendars build on each other: {names}", names=" -> ".join([*chain, base])),
                pointer,
            )
            return
        chain.append(base)
        base = calendars[base].base


def _week_faults(calendar: Calendar, pointer: str) -> Iterator[Fault]:
    weeks = [calendar.week, *(week.week for week in calendar.work_weeks)]
    if any(len(week) != 7 for week in weeks):
        yield Fault(
            "bad_week", Text("a week of calendar {id} has not seven days", id=calendar.id), f"{pointer}/week"
        )
    days = [shifts for week in weeks for shifts in week if shifts is not None]
    if not all(_in_order(shifts) for shifts in [*days, *(e.shifts for e in calendar.exceptions)]):
        yield Fault(
            "bad_shifts",
            Text("calendar {id} has shifts out of order or beyond the day", id=calendar.id),
            f"{pointer}/week",
        )


def _exception_faults(calendar: Calendar, pointer: str) -> Iterator[Fault]:
    spans = [each for each in calendar.exceptions if each.first != each.last or each.recurrence]
    for count, most, what in (
        (len(spans), MOST_SPANS, Text("exceptions of several days")),
        (
            sum(1 for exception in spans if exception.recurrence),
            MOST_RECURRENCES,
            Text("recurring exceptions"),
        ),
    ):
        if count > most:
            detail = Text(
                "calendar {id} has {count} {what}; at most {most} are allowed",
                id=calendar.id,
                count=count,
                what=what,
                most=most,
            )
            yield Fault("too_many_exceptions", detail, f"{pointer}/exceptions")
    for number, exception in enumerate(calendar.exceptions):
        if exception.last < exception.first or _bad_recurrence(exception):
            detail = Text(
                "exception {value} of calendar {id} makes no sense",
                value=exception.name or exception.first,
                id=calendar.id,
            )
            yield Fault("bad_exception", detail, f"{pointer}/exceptions/{number}")


def _in_order(shifts: DayHours) -> bool:
    edges = [edge for shift in shifts for edge in (shift.start_s, shift.end_s)]
    apart = all(shift.start_s < shift.end_s for shift in shifts)
    return apart and edges == sorted(edges) and all(0 <= edge <= DAY_S for edge in edges)


def _bad_recurrence(exception: CalendarException) -> bool:
    rule = exception.recurrence
    if rule is None:
        return False
    known_days = all(0 <= day <= 6 for day in rule.weekdays)
    return rule.interval < 1 or not known_days or rule.position not in (None, 1, 2, 3, 4, 5)

"""What holds of calendars: days are named once, shifts are in order and apart, exceptions contradict none, and some time
is worked."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from shared.base.errors import Fault, Invalid
from shared.base.texts import Text
from shared.contracts.projects.structure import Calendar, CalendarException, Shift
from shared.domain.acts import CREATE
from shared.domain.calendars import WorkingTime, minute
from shared.domain.stages import Act


def act(deed: str, calendar: Calendar, before: Calendar | None) -> Act:
    """A project's calendar is part of its plan."""
    return Act.NEW_CHILD if deed == CREATE else Act.EDIT


def makes_sense(calendar: Calendar) -> None:
    """Of itself, whatever it is based on; all faults are told at once."""
    faults = [*_week_faults(calendar), *_exception_faults(calendar.exceptions)]
    if calendar.region is not None and calendar.country is None:
        faults.append(Fault("needs_country", "a region of which country", pointer="/region"))
    if faults:
        raise Invalid("the calendar makes no sense", *faults, code="bad_calendar")


def _week_faults(calendar: Calendar) -> Iterator[Fault]:
    weekdays = set()
    for i, day in enumerate(calendar.week):
        if day.weekday in weekdays:
            yield Fault(
                "duplicate",
                Text("{weekday} is named before", weekday=day.weekday),
                pointer=f"/week/{i}/weekday",
            )
        weekdays.add(day.weekday)
        yield from _shift_faults(day.shifts, f"/week/{i}/shifts")


def _shift_faults(shifts: Sequence[Shift], pointer: str) -> Iterator[Fault]:
    end = 0
    for i, shift in enumerate(shifts):
        begin = minute(shift.begins)
        if minute(shift.ends) <= begin:
            yield Fault("ends_before_it_begins", "ends after it begins", pointer=f"{pointer}/{i}/ends")
        if begin < end:
            yield Fault(
                "overlaps", "begins after the shift before has ended", pointer=f"{pointer}/{i}/begins"
            )
        end = max(end, minute(shift.ends))


def _exception_faults(exceptions: Sequence[CalendarException]) -> Iterator[Fault]:
    """Two of one kind, single days or longer, that share a day would contradict each other."""
    for i, one in enumerate(exceptions):
        pointer = f"/exceptions/{i}"
        if one.last_on < one.first_on:
            yield Fault("before_start", "not before the first", pointer=f"{pointer}/last_on")
        yield from _shift_faults(one.shifts, f"{pointer}/shifts")
    for single in (True, False):
        same = [(one, i) for i, one in enumerate(exceptions) if (one.first_on == one.last_on) is single]
        same.sort(key=lambda pair: (pair[0].first_on, pair[1]))
        for (one, _), (other, i) in pairwise(same):
            if other.first_on <= one.last_on:
                yield Fault(
                    "overlaps",
                    Text("{first_on} has other hours already", first_on=other.first_on),
                    pointer=f"/exceptions/{i}",
                )


def is_of_its_project(calendar: Calendar, base: Calendar) -> None:
    """A calendar of the organisation does not hang on one project, nor one project's on another's."""
    if base.project_id is not None and base.project_id != calendar.project_id:
        raise Invalid(
            "it is based on the calendar of another project",
            Fault("other_project", "of another project", pointer="/based_on_id"),
        )


def works(chain: Sequence[Calendar]) -> None:
    """`chain` is the calendar, then those it is based on."""
    if WorkingTime(chain).days_a_week == 0:
        raise Invalid(
            "no day of the week is worked",
            Fault("no_working_time", "some time is worked", pointer="/week"),
            code="no_working_time",
        )


def works_on(chain: Sequence[Calendar]) -> None:
    """The same of a calendar that is based on the one that changes."""
    if WorkingTime(chain).days_a_week == 0:
        raise Invalid(
            Text(
                "the calendar {name}, which is based on it, would work on no day of the week",
                name=chain[0].name,
            ),
            Fault("no_working_time", Text("some time is worked in {id}", id=chain[0].id), pointer="/week"),
            code="no_working_time",
        )

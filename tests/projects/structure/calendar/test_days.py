"""What a calendar works is what the planning engine works by the same calendar."""

from datetime import date, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from services.projects.engines.planning.calendar import day_books
from services.projects.engines.planning.plan import Calendar as Planned
from services.projects.engines.planning.plan import CalendarException as PlannedException
from services.projects.engines.planning.plan import Shift as PlannedShift
from shared.base.clock import from_micros
from shared.base.ids import new_id
from shared.contracts.projects.structure import Calendar, CalendarException, Shift, Weekday, WorkingDay
from shared.domain.calendars import OFFICE_WEEK, WorkingTime, minute

MONDAY = date(2026, 3, 2)
SHIFTS = st.sampled_from(
    [
        [],
        [Shift(begins="08:00", ends="12:00")],
        [Shift(begins="06:30", ends="07:00"), Shift(begins="20:00", ends="24:00")],
    ]
)


@st.composite
def calendars(draw: st.DrawFn) -> Calendar:
    days = draw(st.lists(st.tuples(st.sampled_from(list(Weekday)), SHIFTS), unique_by=lambda day: day[0]))
    singles = draw(st.lists(st.tuples(st.integers(0, 20), SHIFTS), max_size=4, unique_by=lambda one: one[0]))
    span = draw(st.tuples(st.integers(0, 10), st.integers(1, 8), SHIFTS))
    exceptions = [_exception(first, 0, shifts) for first, shifts in singles]
    exceptions.insert(draw(st.integers(0, len(exceptions))), _exception(*span))
    at: dict[str, Any] = {"version": 1, "created_at": from_micros(0), "updated_at": from_micros(0)}
    week = [WorkingDay(weekday=weekday, shifts=shifts) for weekday, shifts in days]
    return Calendar(id=new_id(), name="C", week=week, exceptions=exceptions, **at)


def _exception(first: int, length: int, shifts: list[Shift]) -> CalendarException:
    begin = MONDAY + timedelta(days=first)
    return CalendarException(first_on=begin, last_on=begin + timedelta(days=length), shifts=shifts)


def planned(chain: list[Calendar]) -> dict[str, Planned]:
    """The same calendars as the engine takes them; the office week stands below all."""
    books = {"office": Planned("office", week=tuple(map(_shifts, OFFICE_WEEK)))}
    for n, calendar in enumerate(chain):
        week = {day.weekday: _shifts(day.shifts) for day in calendar.week}
        exceptions = (PlannedException(e.first_on, e.last_on, _shifts(e.shifts)) for e in calendar.exceptions)
        books[str(n)] = Planned(
            str(n),
            week=tuple(week.get(weekday) for weekday in Weekday),
            exceptions=tuple(exceptions),
            base=str(n + 1) if n + 1 < len(chain) else "office",
        )
    return books


def _shifts(shifts: Any) -> tuple[PlannedShift, ...]:
    return tuple(PlannedShift(minute(one.begins) * 60, minute(one.ends) * 60) for one in shifts)


@given(st.lists(calendars(), min_size=1, max_size=3))
def test_a_calendar_works_as_the_planning_engine_says(chain: list[Calendar]) -> None:
    engine, time = day_books(planned(chain))["0"], WorkingTime(chain)
    days = [MONDAY + timedelta(days=n) for n in range(28)]
    assert [_shifts(time.shifts(day)) for day in days] == [engine.hours(day) for day in days]
    counted = sum(1 for day in days[3:21] if engine.hours(day))
    assert time.worked(days[0], days[-1]).working_days(days[3], days[20]) == counted

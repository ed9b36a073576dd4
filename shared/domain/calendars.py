"""What calendars work: a calendar with those it is based on, looked up day by day; pure.

A day is decided by the first that says something: the calendar's own exceptions, its public holidays (days off), those
of the calendars below it, then its week, then their weeks, and at last the office week.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from functools import cached_property
from typing import Any

from shared.base.public_holidays import public_holidays
from shared.base.working_days import WorkedDays
from shared.contracts.projects.structure import Calendar, CalendarException, Shift, Weekday, WorkingDay

DAY = timedelta(days=1)
HOUR = 60
OFFICE_DAY = (Shift(begins="08:00", ends="12:00"), Shift(begins="13:00", ends="17:00"))
OFFICE_WEEK: tuple[Sequence[Shift], ...] = (OFFICE_DAY,) * 5 + ((), ())
"""Monday to Sunday where no calendar says otherwise."""
WEEKDAYS = tuple(Weekday)


def minute(clock: str) -> int:
    """Minutes after midnight: "08:30" is 510, "24:00" is 1440."""
    hours, minutes = clock.split(":")
    return int(hours) * HOUR + int(minutes)


def minutes_of(shifts: Iterable[Shift]) -> int:
    return sum(minute(shift.ends) - minute(shift.begins) for shift in shifts)


class WorkingTime:
    """The working time of one calendar. `chain` is the calendar itself, then those it is based on, the nearest first."""

    def __init__(self, chain: Sequence[Calendar]) -> None:
        self._chain = chain

    @cached_property
    def week(self) -> tuple[Sequence[Shift], ...]:
        """The shifts of an ordinary week, Monday to Sunday."""
        return tuple(self._ordinary(weekday, OFFICE_WEEK[n]) for n, weekday in enumerate(WEEKDAYS))

    @property
    def days_a_week(self) -> int:
        return sum(1 for shifts in self.week if shifts)

    def shifts(self, day: date) -> Sequence[Shift]:
        """When is worked on a day, in order; nothing on a day off."""
        for calendar in self._chain:
            if (special := _special(calendar, day)) is not None:
                return special
        return self.week[day.weekday()]

    def minutes(self, day: date) -> int:
        return minutes_of(self.shifts(day))

    def worked(self, first: date, last: date, off: Iterable[date] = ()) -> WorkedDays:
        """The working days from `first` to `last`, both included, without the days `off`."""
        days_off = set(off)
        days = (first + timedelta(days=n) for n in range((last - first).days + 1))
        return WorkedDays(
            (day for day in days if day not in days_off and self.minutes(day)), self.days_a_week
        )

    def _ordinary(self, weekday: Weekday, standard: Sequence[Shift]) -> Sequence[Shift]:
        for calendar in self._chain:
            for day in calendar.week:
                if day.weekday is weekday:
                    return day.shifts
        return standard


def _special(calendar: Calendar, day: date) -> Sequence[Shift] | None:
    exception = _exception(calendar.exceptions, day)
    if exception is not None:
        return exception.shifts
    if calendar.country is not None and day in public_holidays(calendar.country, calendar.region, day.year):
        return ()
    return None


def _exception(exceptions: Iterable[CalendarException], day: date) -> CalendarException | None:
    """The one that holds: a single day goes before days of which it is one."""
    holding = [one for one in exceptions if one.first_on <= day <= one.last_on]
    return min(holding, key=lambda one: one.last_on - one.first_on, default=None)


def calendar_of(state: Mapping[str, Any]) -> Calendar:
    """What of a calendar's state decides its days; members that are not known here are passed over."""
    return Calendar.model_construct(
        week=[
            WorkingDay.model_construct(weekday=Weekday(day["weekday"]), shifts=_shifts(day["shifts"]))
            for day in state["week"]
        ],
        exceptions=[
            CalendarException.model_construct(
                first_on=date.fromisoformat(one["first_on"]),
                last_on=date.fromisoformat(one["last_on"]),
                shifts=_shifts(one["shifts"]),
            )
            for one in state["exceptions"]
        ],
        country=state["country"],
        region=state["region"],
    )


def _shifts(shifts: Iterable[Mapping[str, Any]]) -> list[Shift]:
    return [Shift.model_construct(begins=one["begins"], ends=one["ends"]) for one in shifts]

"""Working days: Mondays to Fridays without the days off of everyone, or the days that a calendar works."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from datetime import date
from typing import Protocol

DAYS_A_WEEK = 5


class WorkingDays(Protocol):
    """Which days are worked, as far as loads and capacities ask."""

    @property
    def days_a_week(self) -> int:
        """How many days of an ordinary week are worked."""

    def working_days(self, first: date, last: date) -> int:
        """How many days from `first` to `last`, both included, are worked."""


class Holidays:
    """The days off of everyone; a day given twice is one day off."""

    def __init__(self, days: Iterable[date] = ()) -> None:
        self._ordinals = sorted({day.toordinal() for day in days if day.weekday() < DAYS_A_WEEK})

    @property
    def days_a_week(self) -> int:
        return DAYS_A_WEEK

    def working_days(self, first: date, last: date) -> int:
        """Mondays to Fridays from `first` to `last`, both included, without the holidays."""
        if last < first:
            return 0
        return self._before(last.toordinal() + 1) - self._before(first.toordinal())

    def _before(self, ordinal: int) -> int:
        """Working days before a day, since the Monday that is day 1 of the calendar."""
        weeks, days = divmod(ordinal - 1, 7)
        return weeks * DAYS_A_WEEK + min(days, DAYS_A_WEEK) - bisect_left(self._ordinals, ordinal)


class WorkedDays:
    """Days that were counted out one by one; of days beyond them nothing is known."""

    def __init__(self, days: Iterable[date], days_a_week: int) -> None:
        self._ordinals = sorted({day.toordinal() for day in days})
        self._days_a_week = days_a_week

    @property
    def days_a_week(self) -> int:
        return self._days_a_week

    def working_days(self, first: date, last: date) -> int:
        """How many of them lie from `first` to `last`, both included."""
        if last < first:
            return 0
        return bisect_right(self._ordinals, last.toordinal()) - bisect_left(self._ordinals, first.toordinal())

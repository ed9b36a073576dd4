"""Working days: Mondays to Fridays without the days off of everyone."""

from bisect import bisect_left
from collections.abc import Iterable
from datetime import date

DAYS_A_WEEK = 5


class Holidays:
    """The days off of everyone; a day given twice is one day off."""

    def __init__(self, days: Iterable[date] = ()) -> None:
        self._ordinals = sorted({day.toordinal() for day in days if day.weekday() < DAYS_A_WEEK})

    def working_days(self, first: date, last: date) -> int:
        """Mondays to Fridays from `first` to `last`, both included, without the holidays."""
        if last < first:
            return 0
        return self._before(last.toordinal() + 1) - self._before(first.toordinal())

    def _before(self, ordinal: int) -> int:
        """Working days before a day, since the Monday that is day 1 of the calendar."""
        weeks, days = divmod(ordinal - 1, 7)
        return weeks * DAYS_A_WEEK + min(days, DAYS_A_WEEK) - bisect_left(self._ordinals, ordinal)

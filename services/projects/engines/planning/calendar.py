"""Which hours of a day a calendar works: exceptions, public holidays, work weeks, week, base calendar."""

from calendar import monthrange
from collections.abc import Mapping
from datetime import date

from services.projects.engines.planning.working_time import (
    Calendar,
    CalendarException,
    DayHours,
    Frequency,
    Recurrence,
)
from shared.base.public_holidays import public_holidays


class DayBook:
    """The hours of every day of one calendar, its base calendars included."""

    def __init__(self, calendar: Calendar, base: "DayBook | None" = None) -> None:
        self.calendar = calendar
        self._base = base
        self._single: dict[date, DayHours] = {}
        for each in calendar.exceptions:
            if _is_single(each):
                self._single.setdefault(each.first, each.shifts)
        self._spans = sorted((e for e in calendar.exceptions if not _is_single(e)), key=_precedence)
        self._spans_in: dict[int, list[CalendarException]] = {}

    def hours(self, day: date) -> DayHours:
        """The shifts worked on `day`, in order."""
        special = self._special(day) if self._has_special else None
        return self._ordinary(day) if special is None else special

    @property
    def _has_special(self) -> bool:
        own = self.calendar.exceptions or self.calendar.holidays
        return bool(own) or (self._base is not None and self._base._has_special)

    def _special(self, day: date) -> DayHours | None:
        shifts = self._single.get(day)
        if shifts is None and self._spans:
            shifts = next((e.shifts for e in self._in_year(day.year) if strikes(e, day)), None)
        holidays = self.calendar.holidays
        if (
            shifts is None
            and holidays
            and day in public_holidays(holidays.country, holidays.region, day.year)
        ):
            return ()
        if shifts is None and self._base:
            return self._base._special(day)
        return shifts

    def _in_year(self, year: int) -> list[CalendarException]:
        """The exceptions longer than a day that reach into a year, in the order in which they decide."""
        if year not in self._spans_in:
            self._spans_in[year] = [e for e in self._spans if e.first.year <= year <= e.last.year]
        return self._spans_in[year]

    def _ordinary(self, day: date) -> DayHours:
        for week in self.calendar.work_weeks:
            if week.first <= day <= week.last:
                shifts = week.week[day.weekday()]
                if shifts is not None:
                    return shifts
        shifts = self.calendar.week[day.weekday()]
        if shifts is not None:
            return shifts
        return self._base._ordinary(day) if self._base else ()


def day_books(calendars: Mapping[str, Calendar]) -> dict[str, DayBook]:
    """A day book for each calendar; the base chains have been checked to end."""
    books: dict[str, DayBook] = {}

    def book(key: str) -> DayBook:
        if key not in books:
            base = calendars[key].base
            books[key] = DayBook(calendars[key], book(base) if base is not None else None)
        return books[key]

    for key in calendars:
        book(key)
    return books


KIND_ORDER = (Frequency.DAILY, Frequency.YEARLY, Frequency.MONTHLY, Frequency.WEEKLY)
"""Which of overlapping exceptions decides a day: Microsoft Project goes by their kind, not by their order."""


def _is_single(exception: CalendarException) -> bool:
    return exception.first == exception.last and exception.recurrence is None


def _precedence(exception: CalendarException) -> int:
    rule = exception.recurrence
    return KIND_ORDER.index(Frequency.DAILY if rule is None else Frequency(rule.frequency))


def strikes(exception: CalendarException, day: date) -> bool:
    """Whether `day` is one of the exception's days."""
    if not exception.first <= day <= exception.last:
        return False
    rule, first = exception.recurrence, exception.first
    return rule is None or (_in_step(rule, first, day) and _on_named_day(rule, first, day))


def _in_step(rule: Recurrence, first: date, day: date) -> bool:
    match rule.frequency:
        case Frequency.DAILY:
            periods = (day - first).days
        case Frequency.WEEKLY:
            periods = _week_from_sunday(day) - _week_from_sunday(first)
        case Frequency.MONTHLY:
            periods = (day.year - first.year) * 12 + day.month - first.month
        case Frequency.YEARLY:
            periods = day.year - first.year
    return periods % rule.interval == 0


def _on_named_day(rule: Recurrence, first: date, day: date) -> bool:
    match rule.frequency:
        case Frequency.DAILY:
            return not rule.weekdays or day.weekday() in rule.weekdays
        case Frequency.WEEKLY:
            return day.weekday() in (rule.weekdays or (first.weekday(),))
        case Frequency.MONTHLY:
            return _day_of_month(rule, first, day)
        case Frequency.YEARLY:
            return day.month == (rule.month or first.month) and _day_of_month(rule, first, day)


def _day_of_month(rule: Recurrence, first: date, day: date) -> bool:
    if rule.position is None:
        return day.day == (rule.month_day or first.day)
    last = monthrange(day.year, day.month)[1]
    numbers = [n for n in range(1, last + 1) if _is_named(rule, day.replace(day=n))]
    place = -1 if rule.position == 5 else rule.position - 1
    return place < len(numbers) and numbers[place] == day.day


def _is_named(rule: Recurrence, day: date) -> bool:
    return not rule.weekdays or day.weekday() in rule.weekdays


def _week_from_sunday(day: date) -> int:
    """A number for the day's week, which begins on Sunday wherever every second week or so is meant."""
    return day.toordinal() // 7

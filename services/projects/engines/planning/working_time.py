"""Working time as plain values: seconds, shifts, weeks, exceptions and calendars."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from services.projects.engines.planning.identity import Id

HOUR_S = 3_600
DAY_S = 86_400


def hours(count: float) -> int:
    """Seconds of working time in `count` hours."""
    return round(count * HOUR_S)


def days(count: float, hours_per_day: float = 8) -> int:
    """Seconds of working time in `count` working days of `hours_per_day` hours."""
    return round(count * hours_per_day * HOUR_S)


@dataclass(frozen=True, slots=True)
class Shift:
    """Working time within one day, in seconds after midnight; 24:00 is 86 400, and start < end."""

    start_s: int
    end_s: int


def shift(start: str, end: str) -> Shift:
    """A shift from two times of day such as "08:00" and "12:00" (or "24:00")."""
    return Shift(_seconds_after_midnight(start), _seconds_after_midnight(end))


def _seconds_after_midnight(clock: str) -> int:
    hour, minute, *rest = (int(part) for part in clock.split(":"))
    return hour * HOUR_S + minute * 60 + (rest[0] if rest else 0)


DayHours = tuple[Shift, ...]
"""The shifts of one day, in order and apart; an empty tuple is a day off."""

WeekHours = tuple[DayHours | None, ...]
"""Monday to Sunday; `None` takes that day from the base calendar (a day off without one)."""

OFFICE_DAY: DayHours = (Shift(8 * HOUR_S, 12 * HOUR_S), Shift(13 * HOUR_S, 17 * HOUR_S))
OFFICE_WEEK: WeekHours = (OFFICE_DAY,) * 5 + ((), ())


class Frequency(StrEnum):
    """In which step the days of a recurrence follow each other."""

    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"
    YEARLY = "yearly"


@dataclass(frozen=True, slots=True)
class Recurrence:
    """Which days between an exception's first and last it strikes.

    Weekdays are 0 = Monday to 6 = Sunday. The weeks that `interval` counts begin on Sunday, as Microsoft Project's
    do, the first of them that of the exception's first day. Monthly and yearly recurrences name either a day of the
    month (`month_day`) or the `position`-th (1 to 4, 5 = last) of the `weekdays`. Yearly ones name the `month` too.
    """

    frequency: Frequency
    interval: int = 1
    weekdays: tuple[int, ...] = ()
    month_day: int | None = None
    position: int | None = None
    month: int | None = None


@dataclass(frozen=True, slots=True)
class CalendarException:
    """Days from `first` to `last` inclusive whose hours differ from the week's; no shifts = days off."""

    first: date
    last: date
    shifts: DayHours = ()
    name: str = ""
    recurrence: Recurrence | None = None


@dataclass(frozen=True, slots=True)
class WorkWeek:
    """Another weekly pattern from `first` to `last` inclusive; `None` days keep the ordinary week's hours."""

    first: date
    last: date
    week: WeekHours
    name: str = ""


@dataclass(frozen=True, slots=True)
class PublicHolidays:
    """The public holidays of a country (ISO 3166-1) and region (ISO 3166-2 without the country)."""

    country: str
    region: str | None = None


@dataclass(frozen=True, slots=True)
class Calendar:
    """Working time, looked up day by day in this order. This calendar's exceptions and its public holidays (days off)
    come first. Then follow the base calendar's exceptions and holidays, this calendar's work weeks, its week, the
    base's.

    Of exceptions that overlap their kind decides: single days, then spans and daily ones, yearly, monthly, weekly; of
    one kind the first.
    """

    id: Id
    name: str = ""
    week: WeekHours = OFFICE_WEEK
    exceptions: tuple[CalendarException, ...] = ()
    work_weeks: tuple[WorkWeek, ...] = ()
    holidays: PublicHolidays | None = None
    base: Id | None = None

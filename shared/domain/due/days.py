"""Instants of days in the zone of the instance, and leads before them; pure."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from shared.domain.calendars import WorkingTime

DAY = timedelta(days=1)
LONGEST_REST = 400
"""Days without work after which a calendar is taken for one that never works."""

IsWorked = Callable[[date], bool]


def office_week(day: date) -> bool:
    """Monday to Friday: what is worked where the organisation names no calendar."""
    return day.weekday() < 5


def worked_by(time: WorkingTime, days_off: Iterable[date]) -> IsWorked:
    """The days on which a calendar works; `days_off` are off in any case."""
    off = frozenset(days_off)
    return lambda day: day not in off and time.minutes(day) > 0


@dataclass(frozen=True)
class Almanac:
    """What turns days into instants: the zone of the instance, and which days are worked."""

    zone: tzinfo = UTC
    is_worked: IsWorked = field(default=office_week)

    def begin(self, day: date) -> datetime:
        """The first instant of a day. Where midnight is skipped by a change of the clock, the day begins with that."""
        return datetime.combine(day, time.min, self.zone).astimezone(UTC)

    def end(self, day: date) -> datetime:
        """The first instant after a day."""
        return self.begin(day + DAY)

    def before(self, day: date, lead: "Lead") -> date:
        """The day that lies a lead before another one."""
        if not lead.working:
            return day - timedelta(days=lead.days)
        missing, rest = lead.days, 0
        while missing:
            day -= DAY
            rest += 1
            if self.is_worked(day):
                missing, rest = missing - 1, 0
            elif rest > LONGEST_REST:
                return day
        return day


@dataclass(frozen=True)
class Lead:
    """How long before its day something is told."""

    days: int
    working: bool = False


def days_ahead(days: int) -> Lead:
    return Lead(days)


def working_days_ahead(days: int) -> Lead:
    """Working days of the organisation's calendar."""
    return Lead(days, working=True)


ON_THE_DAY = Lead(0)

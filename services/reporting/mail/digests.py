"""When what waits for a person becomes one mail: at once, on a morning of a working day, once a week, or never; pure."""

from datetime import date, datetime, time, timedelta, tzinfo
from enum import StrEnum

from shared.base.clock import from_micros, to_micros
from shared.domain.due.days import IsWorked

AT_MOST_EVERY_US = 60 * 1_000_000
"""Even at once, one person gets one mail a minute: what comes in between comes together."""
LOOKED_AHEAD = 35
"""Days among which a working day is looked for; where all are days off, the first one is taken."""


class Cadence(StrEnum):
    IMMEDIATELY = "immediately"
    DAILY = "daily"
    WEEKLY = "weekly"
    NEVER = "never"


DEFAULT = Cadence.DAILY


def due_at(
    cadence: Cadence, since: int, last_mail: int, hour: int, zone: tzinfo, is_worked: IsWorked
) -> int | None:
    """When a mail is due, in microseconds; None: never. `since` is when the oldest notice was queued, `last_mail` when the
    person was written to last (0: never). `hour` is one of the day in `zone`."""
    if cadence is Cadence.NEVER:
        return None
    if cadence is Cadence.IMMEDIATELY:
        return max(since, last_mail + AT_MOST_EVERY_US)
    first = from_micros(since).astimezone(zone).date()
    if _morning(first, hour, zone) < since:
        first += timedelta(days=1)
    days = (first + timedelta(days=n) for n in range(LOOKED_AHEAD))
    is_day = is_worked if cadence is Cadence.DAILY else lambda day: _opens_week(day, is_worked)
    return _morning(next(filter(is_day, days), first), hour, zone)


def _morning(day: date, hour: int, zone: tzinfo) -> int:
    return to_micros(datetime.combine(day, time(hour), zone))


def _opens_week(day: date, is_worked: IsWorked) -> bool:
    """Whether it is the first working day of its week, which begins on Monday."""
    earlier = (day - timedelta(days=n) for n in range(1, day.weekday() + 1))
    return is_worked(day) and not any(map(is_worked, earlier))

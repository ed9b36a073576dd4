"""Time as Portolan keeps it: instants are UTC microseconds in stores and RFC 3339 on the wire, days are ordinals.

An *instant* is an aware `datetime` in UTC. It is stored as an integer of microseconds since 1970, which both
databases compare and index alike. A *day* is a `date`; stored it is the number of days since 1970-01-01.

In a test instance the clock can be turned (`shared.base.turned_clock`): what is dated then follows, tokens, sessions and
leases do not.
"""

import re
from datetime import UTC, date, datetime, time, timedelta, timezone
from time import time as machine_seconds
from time import time_ns
from zoneinfo import ZoneInfo

from shared.base.texts import Text

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NAIVE_EPOCH = datetime(1970, 1, 1)
EPOCH_DAY = date(1970, 1, 1).toordinal()
MICROSECOND = timedelta(microseconds=1)
HOUR_US = 3600 * 1_000_000
DAY_US = 24 * HOUR_US

FIRST_YEAR, LAST_YEAR = 1950, 2200
"""A day or an instant outside these years is a slip of the pen."""

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_INSTANT = re.compile(
    rf"{_DAY.pattern}[Tt][0-9]{{2}}(:[0-9]{{2}}){{2}}(\.[0-9]{{1,9}})?([Zz]|[+-][0-9]{{2}}:[0-9]{{2}})"
)
"""RFC 3339; `fromisoformat` alone takes weeks, days without hyphens and more of ISO 8601 as well."""


_turned_us = 0
"""By how many microseconds the clock of this process is turned; 0 unless a test instance says otherwise."""


def turn(micros: int) -> None:
    """Have `now` and `now_micros` run ahead of the machine by so many microseconds."""
    global _turned_us
    _turned_us = micros


def now() -> datetime:
    """The time of what is recorded and of what becomes due."""
    return datetime.now(UTC) + timedelta(microseconds=_turned_us)


def machine_now() -> datetime:
    """The time by the clock of the machine, whatever the clock is turned to: what a token is issued at."""
    return datetime.now(UTC)


def epoch_seconds() -> float:
    """Seconds since 1970 by the clock of the machine. Tokens, sessions and limits go by it, and no store."""
    return machine_seconds()


def now_micros() -> int:
    return time_ns() // 1000 + _turned_us


def machine_micros() -> int:
    """The same as `machine_now`, in microseconds."""
    return time_ns() // 1000


def to_micros(instant: datetime) -> int:
    return (instant - EPOCH) // MICROSECOND


EARLIEST = to_micros(datetime(FIRST_YEAR - 1, 1, 1, tzinfo=UTC))
"""Microseconds before anything that is remembered, in any time zone."""


def from_micros(micros: int) -> datetime:
    return EPOCH + timedelta(microseconds=micros)


def to_wire(micros: int) -> str:
    """The wire form of a stored instant: `2026-06-01T08:30:00.000001Z`, always with six decimals."""
    return (_NAIVE_EPOCH + timedelta(microseconds=micros)).isoformat(timespec="microseconds") + "Z"


def read_wire(text: str) -> int:
    """An instant that was written by `to_wire`, stored again: not checked as one that a caller writes is."""
    return to_micros(datetime.fromisoformat(text))


def to_day(day: date) -> int:
    return day.toordinal() - EPOCH_DAY


def from_day(ordinal: int) -> date:
    return date.fromordinal(ordinal + EPOCH_DAY)


def end_of_day(day: date, zone: ZoneInfo | timezone = UTC) -> datetime:
    """The last microsecond of `day` in the instance's time zone: what a date means where an instant is asked."""
    return datetime.combine(day + timedelta(days=1), time.min, zone).astimezone(UTC) - MICROSECOND


def parse_day(text: str) -> date:
    """An RFC 3339 full-date, `2026-06-01`; ValueError where it is written in any other way, or of another age."""
    if not _DAY.fullmatch(text):
        raise ValueError("a date is written 2026-06-01")
    try:
        return of_our_age(date.fromisoformat(text))
    except ValueError as error:
        raise _not_there(error) from error


def of_our_age(day: date) -> date:
    """The day, or an instant; ValueError where its year is outside of what anything is planned or remembered in."""
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise ValueError(
            Text(
                "the year lies between {first_year} and {last_year}",
                first_year=FIRST_YEAR,
                last_year=LAST_YEAR,
            )
        )
    return day


def _not_there(error: ValueError) -> ValueError:
    """The same fault as a sentence that can be translated; Python's own words stay the English ones."""
    detail = error.args[0]
    return ValueError(detail if isinstance(detail, Text) else Text.of(detail, NO_SUCH_DAY, {}))


NO_SUCH_DAY = Text("there is no such day or time of day")


def parse_instant(text: str) -> datetime:
    """An RFC 3339 instant with its offset; a naive one is refused with ValueError."""
    if not _INSTANT.fullmatch(text):
        raise ValueError("an instant is an RFC 3339 text with its offset, such as 2026-06-01T08:30:00Z")
    try:
        parsed = datetime.fromisoformat(text.upper())
    except ValueError as error:
        raise _not_there(error) from error
    of_our_age(parsed)
    instant = parsed.astimezone(UTC)
    of_our_age(instant)
    return instant


def parse_as_of(text: str, zone: ZoneInfo | timezone = UTC) -> datetime:
    """A date (its end, in the instance's zone) or an instant."""
    if len(text) != 10:
        return parse_instant(text)
    return end_of_day(parse_day(text), zone)

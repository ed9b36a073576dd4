"""Cells that hold instants: a day as `day_cells.py` reads it, with the time of day that stands behind it.

A zone that stands there counts; without one a time is in UTC, in which the workbook of an export has them.
"""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta, timezone

from services.imports.tables.day_cells import AS_ISO, day_reader
from services.imports.tables.mapping import ColumnMapping
from services.imports.tables.surveying import ColumnSurvey
from services.imports.tables.table import Value
from services.imports.tables.texts import displayed
from services.imports.tables.unread import Remark, Unread
from shared.base.texts import Text

_ZONE = r"(?: ?(?P<zone>Z|UTC|GMT|[+-][0-9]{2}(?::?[0-9]{2})?))?"
_CLOCK = re.compile(
    r"(?:^|[^0-9])(?P<hour>[0-9]{1,2})[:h](?P<minute>[0-9]{2})(?::(?P<second>[0-9]{2})(?:[.,](?P<part>[0-9]{1,9}))?)?"
    r"(?: ?(?P<half>[AaPp])\.?[Mm]\.?| ?Uhr)?" + _ZONE + "$"
)
_COMPACT = re.compile(r"T(?P<hour>[0-9]{2})(?P<minute>[0-9]{2})(?P<second>[0-9]{2})?" + _ZONE + "$")
_JSON = re.compile(r"/Date\((-?[0-9]{1,14})(?:[+-][0-9]{4})?\)/")
_SERIAL = re.compile(r"[0-9]{5}(\.[0-9]+)?")
_SECONDS = 86_400


def instant_reader(
    column: ColumnMapping, survey: ColumnSurvey, remark: Remark | None
) -> Callable[[Value], str | None]:
    """Reads instants as RFC 3339 in UTC; raises Unread."""
    day_of = day_reader(column, survey, remark)

    def read(value: Value) -> str | None:
        day = day_of(value)
        if day is None:
            return None
        since = _since_midnight(value)
        if since is None:
            since = timedelta()
            if remark is not None:
                remark(
                    "no_time", Text("it has no time of day: the day is taken from its beginning on, in UTC")
                )
        moment = datetime.combine(date.fromisoformat(day), time.min, UTC) + since
        return moment.isoformat().replace("+00:00", "Z")

    return read


def _since_midnight(value: Value) -> timedelta | None:
    """The time from the midnight of UTC on; None where only a day stands there."""
    if isinstance(value, datetime):
        return timedelta(hours=value.hour, minutes=value.minute, seconds=value.second)
    if isinstance(value, date):
        return None
    text = displayed(value)
    if match := _JSON.fullmatch(text):
        return timedelta(milliseconds=int(match[1]) % (_SECONDS * 1000))
    if match := _SERIAL.fullmatch(text):
        return timedelta(seconds=round(float(match[1]) * _SECONDS)) if match[1] else None
    clock = _CLOCK.search(text) or _COMPACT.search(text)
    return _of_clock(clock) if clock else None


def _of_clock(clock: re.Match[str]) -> timedelta:
    parts = clock.groupdict()
    hour, half = int(parts["hour"]), (parts.get("half") or "").lower()
    if half and not 1 <= hour <= 12:
        raise _no_time()
    hour = hour % 12 + (12 if half == "p" else 0) if half else hour
    micros = int((parts.get("part") or "0").ljust(6, "0")[:6])
    try:
        at = time(hour, int(parts["minute"]), int(parts["second"] or 0), micros)
    except ValueError:
        raise _no_time() from None
    since = timedelta(hours=at.hour, minutes=at.minute, seconds=at.second, microseconds=at.microsecond)
    return since - _offset(parts["zone"])


def _offset(zone: str | None) -> timedelta:
    if zone is None or zone in ("Z", "UTC", "GMT"):
        return timedelta()
    hours, minutes = int(zone[1:3]), int(zone[3:].lstrip(":") or 0)
    size = timedelta(hours=hours, minutes=minutes)
    try:
        timezone(size)
    except ValueError:
        raise _no_time() from None
    return -size if zone[0] == "-" else size


def _no_time() -> Unread:
    return Unread("no_time_of_day", Text("there is no such time of day"), AS_ISO)

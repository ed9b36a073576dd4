"""Cadences: instants that come again and again, as rules of RFC 5545 in the zone of the instance.

    Cadence("FREQ=MONTHLY;BYDAY=2TU", starts=datetime(2026, 1, 13, 14, 0), zone=zone).next_after(now)

A rule is followed in local time, so a session at 14:00 stays at 14:00 when the clocks change. A local time that is skipped
counts by the offset before the gap, one that comes twice is its first; both as the standard says. A rule comes from a
caller, so it is bounded: days at the least, short lists, and not without a day.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from functools import cached_property
from itertools import islice

from dateutil.rrule import rrule, rrulestr

from shared.base.errors import Fault, Invalid
from shared.base.texts import Text

LONGEST_RULE = 200
MOST_VALUES = 31
"""Of one part of a rule, such as its days of the month."""
MOST_TIMES = 1_000
"""COUNT and INTERVAL go no higher."""
LAST_CYCLE = 19
"""Cycles of 400 years that lie between our age and the last year that Python knows."""
_PART = re.compile(r"([A-Z]+)=([A-Z0-9,+-]+)")
_NUMBERS = re.compile(r"[+-]?[1-9][0-9]{0,2}(,[+-]?[1-9][0-9]{0,2})*")
_DAYS = re.compile(r"[+-]?[0-9]{0,2}(MO|TU|WE|TH|FR|SA|SU)(,[+-]?[0-9]{0,2}(MO|TU|WE|TH|FR|SA|SU))*")
_ALLOWED = {
    "DAILY": {"BYDAY"},
    "WEEKLY": {"BYDAY", "WKST"},
    "MONTHLY": {"BYDAY", "BYMONTHDAY", "BYSETPOS", "BYMONTH"},
    "YEARLY": {"BYDAY", "BYMONTHDAY", "BYSETPOS", "BYMONTH"},
}
"""What a rule may say beside FREQ, INTERVAL, COUNT and UNTIL."""
_EVERYWHERE = {"FREQ", "INTERVAL", "COUNT", "UNTIL"}

UNREADABLE = Text("the rule cannot be read")


def parts_of(rule: str) -> dict[str, str]:
    """The parts of a rule by their names. Invalid (`invalid_cadence`) where it is none that Portolan follows."""
    if len(rule) > LONGEST_RULE:
        raise _refused(Text("a rule has at most {longest_rule} characters", longest_rule=LONGEST_RULE))
    matches = [_PART.fullmatch(part) for part in rule.split(";")]
    names = [match[1] for match in matches if match]
    if None in matches or len(set(names)) < len(names):
        raise _refused("expected are parts such as FREQ=WEEKLY;BYDAY=MO, each once")
    parts = {match[1]: match[2] for match in matches if match}
    frequency = parts.get("FREQ", "")
    if frequency not in _ALLOWED:
        raise _refused(Text("FREQ is one of {names}", names=", ".join(_ALLOWED)))
    if unknown := parts.keys() - _EVERYWHERE - _ALLOWED[frequency]:
        raise _refused(
            Text(
                "with FREQ={frequency} there is no {names}",
                frequency=frequency,
                names=", ".join(sorted(unknown)),
            )
        )
    for name, value in parts.items():
        _check(frequency, name, value)
    if frequency == "DAILY" and "BYDAY" in parts and parts.get("INTERVAL", "1") != "1":
        raise _refused("with FREQ=DAILY an INTERVAL and BYDAY exclude each other")
    if "COUNT" in parts and "UNTIL" in parts:
        raise _refused("COUNT and UNTIL exclude each other")
    return parts


def _check(frequency: str, name: str, value: str) -> None:
    if value.count(",") >= MOST_VALUES:
        raise _refused(Text("{name} has at most {most_values} values", name=name, most_values=MOST_VALUES))
    if name in ("INTERVAL", "COUNT") and not (value.isdecimal() and 1 <= int(value) <= MOST_TIMES):
        raise _refused(Text("{name} is a number from 1 to {most_times}", name=name, most_times=MOST_TIMES))
    if name in ("BYMONTH", "BYMONTHDAY", "BYSETPOS") and not _NUMBERS.fullmatch(value):
        raise _refused(Text("{name} is a list of numbers", name=name))
    if name == "BYDAY" and not _DAYS.fullmatch(value):
        raise _refused("BYDAY is a list of days such as MO or -1FR")
    if name == "BYDAY" and frequency in ("DAILY", "WEEKLY") and any(sign.isdigit() for sign in value):
        raise _refused(Text("with FREQ={frequency} a day has no number", frequency=frequency))
    if name == "UNTIL" and not re.fullmatch(r"[0-9]{8}", value):
        raise _refused("UNTIL is a day, written 20261231")


def _refused(detail: str) -> Invalid:
    return Invalid(
        Text("the cadence is not followed: {detail}", detail=detail),
        Fault("invalid_cadence", detail, pointer="/cadence"),
        code="invalid_cadence",
    )


@dataclass(frozen=True)
class Cadence:
    """A rule, the local time (naive) at which it starts, and the zone. Invalid where the rule is not followed."""

    rule: str
    starts: datetime
    zone: tzinfo

    def __post_init__(self) -> None:
        parts = parts_of(self.rule)
        _ = self._local_times
        if not _names_a_day(parts, self.starts):
            raise _refused("it names no day")

    @cached_property
    def _local_times(self) -> rrule:
        return _rule_of(parts_of(self.rule), self.starts)

    def next_after(self, instant: datetime) -> datetime | None:
        """The first of its instants after another one; None where it has ended."""
        local = instant.astimezone(self.zone).replace(tzinfo=None) - timedelta(days=1)
        return next((at for at in map(self._instant, self._local_times.xafter(local)) if at > instant), None)

    def first(self, count: int) -> list[datetime]:
        """Its first instants, at most so many."""
        return [self._instant(local) for local in islice(iter(self._local_times), count)]

    def _instant(self, local: datetime) -> datetime:
        """Of a local time. What is skipped counts by the offset before the gap, of what comes twice the first is meant."""
        return local.replace(tzinfo=self.zone, fold=0).astimezone(UTC)


def _rule_of(parts: Mapping[str, str], starts: datetime) -> rrule:
    """UNTIL names a day, and includes it."""
    text = ";".join(f"{name}={value}" for name, value in parts.items() if name != "UNTIL")
    try:
        rule = rrulestr(text, dtstart=starts)
        assert isinstance(rule, rrule)
        if "UNTIL" in parts:
            last = datetime.strptime(parts["UNTIL"], "%Y%m%d").replace(hour=23, minute=59, second=59)
            rule = rule.replace(until=last)
    except (ValueError, TypeError, IndexError) as error:
        raise _refused(Text.of(str(error), UNREADABLE, {})) from error
    return rule


def _names_a_day(parts: Mapping[str, str], starts: datetime) -> bool:
    """Whether it names one at all.

    A search for a day that never comes ends only with the last year there is. The calendar repeats every 400 years, so the
    rule is looked at as late as it is the same rule, from where the search is short.
    """
    if parts["FREQ"] in ("DAILY", "WEEKLY"):
        return True
    interval = int(parts.get("INTERVAL", 1))
    cycles = [n for n in range(LAST_CYCLE + 1) if n * 400 * 12 % interval == 0]
    late = starts.replace(year=starts.year + 400 * max(cycles))
    endless = {name: value for name, value in parts.items() if name not in ("COUNT", "UNTIL")}
    return next(iter(_rule_of(endless, late)), None) is not None

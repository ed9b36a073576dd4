"""Periods in the names of columns: `2026`, `FY25/26`, `Q1 2026`, `Jan 26`, `01.2026`, `Budget 2026 (kCHF)`, `Janvier 2026`.

A name is read alone here, as a period and the rest of it. Whether its column is one of a row of periods, the other columns
decide (`spreading.py`): so two digits are a year of this century here, and nowhere else.
"""

import re
from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Literal

from services.imports.tables.days import YEARS, Period, folded, months, period_of

Grain = Literal["year", "half", "quarter", "month", "week", "day"]
GRAINS: tuple[Grain, ...] = ("year", "half", "quarter", "month", "week", "day")
"""The longest first."""
LONGEST = 120
"""Characters of a name that is looked at."""

_Y = r"(?:(?P<year>(?:19|20|21)[0-9]{2})|'?(?P<short>[0-9]{2}))"
_LONG = r"(?P<year>(?:19|20|21)[0-9]{2})"
_FISCAL = r"(?:FY|F\.Y\.|GJ|BJ|WJ|HJ|RJ|Exercice|Ex\.|Fiscal year|Financial year|Geschäftsjahr|Haushaltsjahr|Rechnungsjahr)"
_BETWEEN = r"[ ]?[-/.'’–_]?[ ]?"
_ORDINAL = r"(?:st|nd|rd|th|er|ère|re|e|ème|\.|º)? ?"
_NAME = r"(?P<name>[^\W\d_]{3,12})\.?"
_QUARTER = rf"(?:[QT] ?(?P<number>[1-4])|(?P<ordinal>[1-4]){_ORDINAL}(?:Quarter|Quartal|Qrtl\.?|trimestre|trim\.?|Q))"
_HALF = rf"(?:[HS] ?(?P<number>[12])|(?P<ordinal>[12]){_ORDINAL}(?:half|Halbjahr|semestre|sem\.?))"
_WEEK = r"(?:KW|CW|W|S|sem\.?|week|Woche|semaine) ?(?P<number>[0-9]{1,2})"


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![^\W_]){text}(?![^\W_])", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class NamedPeriod:
    """A period that the name of a column has in it."""

    text: str
    """As a cell has it: `2026`, `2025/26`, `Q1 2026`, `2026-01`, `2026-W05`."""
    grain: Grain
    period: Period
    rest: str
    """The name without it: `Budget (kCHF)`, or nothing."""


@lru_cache(maxsize=4096)
def period_in(name: str) -> NamedPeriod | None:
    """The one period that a name has in it; None where it has none, or several."""
    if len(name) > LONGEST:
        return None
    for pattern, read in _READERS:
        for match in pattern.finditer(name):
            reading = read(match)
            if reading is None:
                continue
            text, grain, period = reading
            rest = _rest(name[: match.start()], name[match.end() :])
            return None if _ANY_YEAR.search(rest) else NamedPeriod(text, grain, period, rest)
    return None


def part_of_year(name: str) -> tuple[str, str] | None:
    """A month, a quarter or a half that a name has in it without its year, and the rest of the name; None where it has none.

    `Jan`, `Budget Mrz`, `Q1`, `1er trimestre`, `S2` -> `01`, `03`, `Q1`, `Q1`, `H2`.
    """
    if len(name) > LONGEST or _ANY_YEAR.search(name):
        return None
    for pattern, letter in ((_QUARTER_ALONE, "Q"), (_HALF_ALONE, "H")):
        if match := pattern.search(name):
            text = f"{letter}{match['number'] or match['ordinal']}"
            return text, _rest(name[: match.start()], name[match.end() :])
    words = name.split()
    places = [(i, n) for i, word in enumerate(words) if (n := months().get(folded(word.strip(".,()"))))]
    if len(places) != 1:
        return None
    place, number = places[0]
    return f"{number:02}", " ".join(words[:place] + words[place + 1 :])


def in_year(part: str, year: int, rest: str) -> NamedPeriod | None:
    """The period that a part of a year is in this year."""
    text, grain = _in_words(part, year)
    period = period_of(text)
    return NamedPeriod(text, grain, period, rest) if period else None


def _in_words(part: str, year: int) -> tuple[str, Grain]:
    if part[0] not in "QH":
        return f"{year}-{part}", "month"
    return f"{part} {year}", "quarter" if part[0] == "Q" else "half"


def years_in(text: str) -> set[int]:
    """The years that a text names."""
    return {int(year) for year in _ANY_YEAR.findall(text)} | {
        period.period.first.year
        for period in [period_in(text)]
        if period is not None and period.grain == "year"
    }


Reading = tuple[str, Grain, Period]


def _year(match: re.Match[str]) -> int:
    groups = match.groupdict()
    return int(groups["year"]) if groups.get("year") else 2000 + int(groups["short"])


def _in(text: str, grain: Grain) -> Reading | None:
    period = period_of(text)
    return (text, grain, period) if period else None


def _pair(match: re.Match[str]) -> Reading | None:
    first = _year(match)
    last = int(match["last"])
    last += first // 100 * 100 if last < 100 else 0
    if last != first + 1 or first not in YEARS:
        return None
    return f"{first}/{last % 100:02}", "year", Period(date(first, 1, 1), date(first, 12, 31))


def _of_year(match: re.Match[str]) -> Reading | None:
    return _in(str(_year(match)), "year")


def _quarter(match: re.Match[str]) -> Reading | None:
    return _in(f"Q{match['number'] or match['ordinal']} {_year(match)}", "quarter")


def _half(match: re.Match[str]) -> Reading | None:
    return _in(f"H{match['number'] or match['ordinal']} {_year(match)}", "half")


def _week(match: re.Match[str]) -> Reading | None:
    return _in(f"{_year(match)}-W{int(match['number']):02}", "week")


def _month(match: re.Match[str]) -> Reading | None:
    return _in(f"{_year(match)}-{int(match['number']):02}", "month")


def _month_named(match: re.Match[str]) -> Reading | None:
    number = months().get(folded(match["name"]))
    return _in(f"{_year(match)}-{number:02}", "month") if number else None


def _day(match: re.Match[str]) -> Reading | None:
    try:
        day = date(int(match["year"]), int(match["month"]), int(match["day"]))
    except ValueError:
        return None
    return (day.isoformat(), "day", Period(day, day)) if day.year in YEARS else None


_READERS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], Reading | None]], ...] = (
    (_pattern(rf"{_LONG}-(?P<month>[0-9]{{2}})-(?P<day>[0-9]{{2}})"), _day),
    (_pattern(rf"(?P<day>[0-9]{{1,2}})\.(?P<month>[0-9]{{1,2}})\.{_LONG}"), _day),
    (_pattern(rf"{_QUARTER}{_BETWEEN}(?:{_FISCAL} ?)?{_Y}"), _quarter),
    (_pattern(rf"(?:{_FISCAL} ?)?{_LONG}{_BETWEEN}{_QUARTER}"), _quarter),
    (_pattern(rf"{_HALF}{_BETWEEN}(?:{_FISCAL} ?)?{_Y}"), _half),
    (_pattern(rf"(?:{_FISCAL} ?)?{_LONG}{_BETWEEN}{_HALF}"), _half),
    (_pattern(rf"{_WEEK}[ ]?[-/.]?[ ]?{_LONG}"), _week),
    (_pattern(rf"{_LONG}[ ]?[-/.]?[ ]?{_WEEK}"), _week),
    (_pattern(rf"{_FISCAL} ?{_Y} ?[-/–] ?(?P<last>(?:(?:19|20|21)[0-9]{{2}})|[0-9]{{2}})"), _pair),
    (_pattern(rf"{_LONG} ?[/–-] ?(?P<last>(?:(?:19|20|21)[0-9]{{2}})|[0-9]{{2}})"), _pair),
    (_pattern(rf"(?P<number>0?[1-9]|1[0-2])[./-]{_LONG}"), _month),
    (_pattern(rf"{_LONG}[./-](?P<number>0[1-9]|1[0-2])"), _month),
    (_pattern(rf"{_NAME}{_BETWEEN}{_Y}"), _month_named),
    (_pattern(rf"{_LONG}{_BETWEEN}{_NAME}"), _month_named),
    (_pattern(rf"{_FISCAL} ?{_Y}"), _of_year),
    (_pattern(_LONG), _of_year),
)  # fmt: skip
"""What may stand in a name, what is longer first."""
_ANY_YEAR = re.compile(r"(?<![0-9])(?:19|20|21)[0-9]{2}(?![0-9])")
_QUARTER_ALONE, _HALF_ALONE = _pattern(_QUARTER), _pattern(_HALF)
_EMPTY = re.compile(r"[(\[{]\s*[)\]}]")
_EDGE = " \t-–—:/|,;.·_"


def _rest(before: str, behind: str) -> str:
    text = _EMPTY.sub(" ", f"{before.rstrip(_EDGE)} {behind.lstrip(_EDGE)}")
    return " ".join(text.split()).strip(_EDGE)


def of_whole_months(days: list[date]) -> bool:
    """Whether days stand for the months that they begin, or for those that they end."""
    return all(day.day == 1 for day in days) or all(
        day.day == monthrange(day.year, day.month)[1] for day in days
    )

"""Days as people write them. A text is read without knowing its column: what it may mean is said, in which orders.

`1.2.2026`, `01/02/26`, `2026-02-01T10:00Z`, `20260201`, `1 février 2026`, `Feb 1, 2026`; and what is no day but a time of
several: `Q3 2026`, `03.2026`, `2026`. Which order a column has is decided over all its cells (`decisions.py`).
"""

import re
from calendar import monthrange
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache
from typing import Literal

from services.imports.tables.mapping import DayOrder
from shared.base import text as base_text

YEARS = range(1950, 2201)
"""Years that a plan or a ledger has; others are slips of the pen."""
LANGUAGES = ("en", "fr", "de", "it", "es", "nl", "pt")
"""Whose months and weekdays are known."""
ORDERS: tuple[DayOrder, ...] = ("year-first", "month-first", "day-first")
LONGEST = 60
"""Characters of the longest text that is still looked at."""

_TIME = (
    r"(?:(?:T|, ?| at | à | um | )? ?[0-9]{1,2}[:h][0-9]{2}(?::[0-9]{2}(?:[.,][0-9]+)?)?(?: ?(?:[AaPp]\.?[Mm]\.?|Uhr))?"
    r"(?: ?(?:Z|UTC|GMT|[+-][0-9]{2}(?::?[0-9]{2})?))?)?"
)
"""What may follow a day: a time of it, and nothing that could be another day."""
_YEAR_FIRST = re.compile(r"([0-9]{4})([-/.])([0-9]{1,2})\2([0-9]{1,2})\.?" + _TIME)
_NUMBERS = re.compile(r"([0-9]{1,2})(?:([/-])|(\.) ?)([0-9]{1,2})(?:\2|\3 ?)([0-9]{4}|[0-9]{2})\.?" + _TIME)
_COMPACT = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})(?:T[0-9]{4}(?:[0-9]{2})?Z?)?")
_WORD = r"([^\W\d_]{3,12})\.?"
_DAY_NAMED = re.compile(
    r"([0-9]{1,2})(?:\.|st|nd|rd|th|er|º|°)?(?: ?[-/] ?| (?:of )?|)" + _WORD + r"(?: ?[-/,] ?| |)'?([0-9]{4}|[0-9]{2})" + _TIME
)  # fmt: skip
_NAMED_DAY = re.compile(_WORD + r"[ -]([0-9]{1,2})(?:st|nd|rd|th)?(?:, ?| |-)'?([0-9]{4})" + _TIME)
_YEAR_NAMED = re.compile(r"([0-9]{4})[ -]" + _WORD + r"[ -]([0-9]{1,2})" + _TIME)
_WEEKDAY = re.compile(r"([^\W\d_]{2,10})\.?,? +(?=[0-9]|[^\W\d_]{3,12}\.? [0-9])")
_JSON = re.compile(r"/Date\((-?[0-9]{1,14})(?:[+-][0-9]{4})?\)/")

_ORDINAL = r"(?:st|nd|rd|th|er|re|e|ème|\.|º)? ?"
_QUARTER = re.compile(
    rf"(?:[QT] ?([1-4])[ /-]{{0,2}}([0-9]{{4}})|([0-9]{{4}})[ /-]{{0,2}}[QT] ?([1-4])"
    rf"|([1-4]){_ORDINAL}(?:Q|Quarter|Quartal|trimestre|trim\.?)[ /-]{{0,2}}([0-9]{{4}}))",
    re.IGNORECASE,
)
_HALF = re.compile(
    rf"(?:[HS] ?([12])[ /-]{{0,2}}([0-9]{{4}})|([0-9]{{4}})[ /-]{{0,2}}[HS] ?([12])"
    rf"|([12]){_ORDINAL}(?:H|half|Halbjahr|semestre|sem\.?)[ /-]{{0,2}}([0-9]{{4}}))",
    re.IGNORECASE,
)
_MONTH = re.compile(r"(?:([0-9]{1,2})[./-]([0-9]{4})|([0-9]{4})[./-]?([0-9]{2}))")
_MONTH_NAMED = re.compile(_WORD + r"[ -]?([0-9]{4})")
_YEAR = re.compile(r"([0-9]{4})")
_WEEK = re.compile(r"(?:([0-9]{4})-?W([0-9]{2})|(?:KW|sem\.?) ?([0-9]{1,2})[ /.-]{1,2}([0-9]{4}))")
FISCAL = re.compile(r"(?:FY|GJ|exercice|BJ) ?'?[0-9]{2,4}(?: ?[/-] ?[0-9]{2,4})?", re.IGNORECASE)
"""A fiscal year: which days it has, only the organisation knows."""


@dataclass(frozen=True, slots=True)
class WrittenDay:
    """Three numbers that are a day in one of the orders; without orders they are year, month and day."""

    parts: tuple[int, int, int]
    orders: tuple[DayOrder, ...] = ()
    """Those in which months are 1 to 12 and days 1 to 31; more than one is for the column to decide."""
    short_year: bool = False
    dotted: bool = False
    """Whether dots part it: where nothing else decides, days come first, as in every language that writes dots."""

    def on(self, order: DayOrder | None, century: int | None) -> date:
        """The day itself, in the first century where none is given for its two digits; ValueError where there is no such day."""
        first, second, third = self.parts
        match order if self.orders else None:
            case "month-first":
                year, month, day = third, first, second
            case "day-first":
                year, month, day = third, second, first
            case _:
                year, month, day = first, second, third
        if self.short_year:
            year += century or 0
        return date(year, month, day)


@dataclass(frozen=True, slots=True)
class Period:
    """A month, a quarter, a year: its first and its last day."""

    first: date
    last: date


def folded(text: str) -> str:
    """The search form, without a full stop at the end."""
    return base_text.folded(text).rstrip(".") or text


@cache
def months() -> dict[str, int]:
    """Folded name or abbreviation -> number of the month, in all languages."""
    from babel import Locale  # 0.1 s, which imports without names of months save

    names = {"mrz": 3, "sept": 9, "janner": 1, "jan": 1, "fev": 2, "avr": 4, "juil": 7, "aout": 8}
    for language in LANGUAGES:
        declared = Locale(language).months
        for form in ("format", "stand-alone"):
            for width in ("wide", "abbreviated"):
                names |= {folded(name): number for number, name in declared[form][width].items()}
    return names


@cache
def weekdays() -> dict[str, frozenset[int]]:
    """Folded name or abbreviation of a day of the week -> the days that it may be, from 0 for Monday on."""
    from babel import Locale

    days: dict[str, frozenset[int]] = {}
    of_plans = {"die": 1, "mit": 2, "don": 3, "fre": 4, "son": 6}  # as German plan files have them
    names = [*of_plans.items()]
    for language in LANGUAGES:
        for width in ("wide", "abbreviated", "short"):
            names += [(folded(name), day) for day, name in Locale(language).days["format"][width].items()]
    for name, day in names:
        days[name] = days.get(name, frozenset()) | {day}
    return days


def written_day(text: str) -> WrittenDay | None:
    """What a text without spaces around it says of a day; None where it is written like none."""
    if len(text) > LONGEST:
        return None
    if text[:1].isalpha() and (match := _WEEKDAY.match(text)) and (days := weekdays().get(folded(match[1]))):
        day = written_day(text[match.end() :])
        if day is not None:  # else it is a month: `Mar 11, 2026`, and "mar" is a Tuesday in three languages
            return _on_weekday(day, days)
    if match := _YEAR_FIRST.fullmatch(text):
        return WrittenDay((int(match[1]), int(match[3]), int(match[4])))
    if match := _NUMBERS.fullmatch(text):
        return _of_numbers(int(match[1]), int(match[4]), match[5], dotted=match[3] is not None)
    if text.isascii() and text.isdecimal():
        if (match := _COMPACT.fullmatch(text)) and int(match[1]) in YEARS and 1 <= int(match[2]) <= 12:
            return WrittenDay((int(match[1]), int(match[2]), int(match[3])))
        return None
    return _with_named_month(text) or _coded(text)


def _on_weekday(day: WrittenDay, days: frozenset[int]) -> WrittenDay:
    """The day without the orders in which it is another day of the week, unless it is that in all."""
    fits = tuple(
        order for order in day.orders if any(_is_on(day, order, century, days) for century in (1900, 2000))
    )
    first, second, third = day.parts
    if first == second and fits and "year-first" not in fits:  # the same in the orders that are left
        return replace(day, parts=(third, second, first), orders=())
    return replace(day, orders=fits) if fits else day


def _is_on(day: WrittenDay, order: DayOrder, century: int, days: frozenset[int]) -> bool:
    try:
        return day.on(order, century).weekday() in days
    except ValueError:
        return False


def _of_numbers(first: int, second: int, year: str, *, dotted: bool) -> WrittenDay:
    third, short = int(year), len(year) == 2
    fits: list[DayOrder] = []
    if short and _is_month_and_day(second, third):
        fits.append("year-first")
    if _is_month_and_day(first, second):
        fits.append("month-first")
    if _is_month_and_day(second, first):
        fits.append("day-first")
    if not fits or (
        first == second and "year-first" not in fits
    ):  # no day at all, or the same in every order
        return WrittenDay((third, second, first), (), short, dotted)
    return WrittenDay((first, second, third), tuple(fits), short, dotted)


def _is_month_and_day(month: int, day: int) -> bool:
    return 1 <= month <= 12 and 1 <= day <= 31


def _with_named_month(text: str) -> WrittenDay | None:
    """With the name of a month."""
    if match := _DAY_NAMED.fullmatch(text):
        day, name, year = match[1], match[2], match[3]
    elif match := _NAMED_DAY.fullmatch(text):
        name, day, year = match[1], match[2], match[3]
    elif match := _YEAR_NAMED.fullmatch(text):
        year, name, day = match[1], match[2], match[3]
    else:
        return None
    month = months().get(folded(name))
    return WrittenDay((int(year), month, int(day)), (), len(year) == 2) if month else None


def _coded(text: str) -> WrittenDay | None:
    """`20260201T1000Z`, and `/Date(1454256000000)/` of older OData feeds: the day in UTC."""
    if match := _COMPACT.fullmatch(text):
        return WrittenDay((int(match[1]), int(match[2]), int(match[3])))
    if match := _JSON.fullmatch(text):
        try:
            day = date(1970, 1, 1) + timedelta(milliseconds=int(match[1]))
        except OverflowError:
            return None
        return WrittenDay((day.year, day.month, day.day))
    return None


def period_of(text: str) -> Period | None:
    """The month, quarter, half or whole year, or week of ISO 8601, that a text names; None where it names none."""
    if len(text) > LONGEST:
        return None
    if match := _QUARTER.fullmatch(text):
        quarter, year = int(match[1] or match[4] or match[5]), int(match[2] or match[3] or match[6])
        return _months(year, quarter * 3 - 2, quarter * 3)
    if match := _HALF.fullmatch(text):
        half, year = int(match[1] or match[4] or match[5]), int(match[2] or match[3] or match[6])
        return _months(year, half * 6 - 5, half * 6)
    if match := _YEAR.fullmatch(text):
        return _months(int(match[1]), 1, 12)
    if match := _MONTH.fullmatch(text):
        month, year = int(match[1] or match[4]), int(match[2] or match[3])
        return _months(year, month, month)
    if (match := _MONTH_NAMED.fullmatch(text)) and (number := months().get(folded(match[1]))):
        return _months(int(match[2]), number, number)
    if match := _WEEK.fullmatch(text):
        return _week(int(match[1] or match[4]), int(match[2] or match[3]))
    return None


_PAIR = re.compile(
    r"(?:(?:FY|GJ|BJ|exercice) ?)?((?:19|20|21)[0-9]{2}) ?[/–-] ?((?:19|20|21)?[0-9]{2})", re.IGNORECASE
)


def years_of_pair(text: str) -> tuple[int, int] | None:
    """Both years of a fiscal year that has two: `2025/26`, `FY2025-2026`."""
    if len(text) > LONGEST or not (match := _PAIR.fullmatch(text)):
        return None
    first, last = int(match[1]), int(match[2])
    last += first // 100 * 100 if last < 100 else 0
    return (first, last) if last == first + 1 else None


def _months(year: int, first: int, last: int) -> Period | None:
    if year not in YEARS or not 1 <= first <= last <= 12:
        return None
    return Period(date(year, first, 1), date(year, last, monthrange(year, last)[1]))


def _week(year: int, week: int) -> Period | None:
    try:
        monday = date.fromisocalendar(year, week, 1)
    except ValueError:
        return None
    return Period(monday, monday + timedelta(days=6)) if year in YEARS else None


class Spelled(str):
    """A day with the name of its month, in the language of the sentence it stands in."""

    day: date

    __slots__ = ("day",)

    def __new__(cls, day: date) -> "Spelled":
        text = super().__new__(cls, f"{day.day} {ENGLISH_MONTHS[day.month - 1]} {day.year}")
        text.day = day
        return text

    def __reduce__(self) -> tuple[object, ...]:
        return Spelled, (self.day,)

    def in_language(self, language: str, form: str = "") -> str:
        """As people write it there: `1er mars 2026`, `3 avril 2026`."""
        from babel.dates import format_date

        return self if language == "en" else format_date(self.day, "long", locale=language)


ENGLISH_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December",
)  # fmt: skip
Epoch = Literal[1900, 1904]
SERIALS = range(18264, 100_000)
"""Day numbers of spreadsheets from 1950 on, counted from 1900."""


def serial_day(number: float, epoch: Epoch) -> date:
    """The day that a spreadsheet means by a number; those of 1900 count a 29 February that there was not."""
    begin = date(1899, 12, 30) if epoch == 1900 else date(1904, 1, 1)
    return begin + timedelta(days=int(number))

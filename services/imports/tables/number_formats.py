"""What the format of a number says about it: that it is a day, a time, a percentage, an amount of a currency, a code.

A workbook holds days as numbers and 50 % as 0.5: only the format of the cell tells what a person sees there. Serial days
count from the end of 1899, where a 29th of February 1900 is counted that never was, or from 1904.
"""

import re
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from math import isfinite
from typing import Literal, NamedTuple

from services.imports.tables.table import NumberWithUnit, Value

Kind = Literal["number", "day", "time", "moment", "duration", "unit", "code"]
BUILT_IN = {
    9: "0%", 10: "0.00%", 14: "yyyy-mm-dd", 15: "d-mmm-yy", 16: "d-mmm", 17: "mmm-yy", 18: "h:mm AM/PM", 19: "h:mm:ss AM/PM",
    20: "h:mm", 21: "h:mm:ss", 22: "m/d/yy h:mm", 45: "mm:ss", 46: "[h]:mm:ss", 47: "mm:ss.0",
    **dict.fromkeys((27, 28, 29, 30, 31, 34, 35, 36, 50, 51, 52, 53, 54, 55, 56, 57, 58), "yyyy-mm-dd"),
    **dict.fromkeys((32, 33), "h:mm:ss"),
}  # fmt: skip
"""Formats that a workbook names by a number only, as far as they are not plain numbers."""
LAST_SERIAL = 2_958_465
"""The 31st of December 9999."""

_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,4})?")
_CURRENCY = re.compile(r"\[\$([^\]-]+)(?:-[^\]]*)?\]")
_QUOTED = re.compile(r'"([^"]*)"|\\(.)')
_BRACKETED = re.compile(r"\[(?!h+\]|m+\]|s+\])[^\]]*\]", re.IGNORECASE)
_FILLER = re.compile(r"[_*].")
_ELAPSED = re.compile(r"\[(h+|m+|s+)\]", re.IGNORECASE)
_SIGN = re.compile(r"[€$£¥₹₽₺₩₪₴฿]|\b[A-Z]{3}\b|\b(?:Fr|kr|zł|Kč|Ft|lei)\b\.?")


class NumberFormat(NamedTuple):
    """What a format shows: a kind; of `unit` the unit, of `code` how many digits."""

    kind: Kind
    unit: str = ""
    digits: int = 0


PLAIN = NumberFormat("number")


@lru_cache(maxsize=4096)
def format_of(code: str) -> NumberFormat:
    """The meaning of a format as workbooks write it: `0.00%`, `dd.mm.yyyy`, `#,##0 [$CHF-807]`, `00000`."""
    positive = _first_section(code[:400])
    literal = (
        "".join(_CURRENCY.findall(positive)) + " " + " ".join(a or b for a, b in _QUOTED.findall(positive))
    )
    bare = _FILLER.sub("", _QUOTED.sub("", positive))
    elapsed = _ELAPSED.search(bare)
    bare = _BRACKETED.sub("", bare)
    if bare.strip().lower() in ("general", "standard", "@", ""):
        return PLAIN
    if elapsed:
        return NumberFormat("duration")
    if shows := _calendar(bare):
        return NumberFormat(shows)
    if "%" in bare:
        return NumberFormat("unit", "%")
    if sign := _SIGN.search(literal + " " + bare):
        return NumberFormat("unit", sign[0])
    if re.fullmatch(r"0{2,30}", bare.strip()):
        return NumberFormat("code", digits=len(bare.strip()))
    return PLAIN


def _first_section(code: str) -> str:
    """What holds for positive numbers; a semicolon within quotes parts nothing."""
    for place in re.finditer(r'"[^"]*"|\\.|\[[^\]]*\]|(;)', code):
        if place[1]:
            return code[: place.start()]
    return code


def _calendar(bare: str) -> Kind | None:
    """Whether the letters left are those of days and times."""
    letters, halves = re.subn(r"am/pm|a/p", "", bare, flags=re.IGNORECASE)
    letters = re.sub(r"e[+-]", "", letters, flags=re.IGNORECASE).lower()
    has_time = bool(halves) or "h" in letters or "s" in letters
    has_day = "y" in letters or "d" in letters or "e" in letters or ("m" in letters and not has_time)
    if has_day:
        return "moment" if has_time else "day"
    return "time" if has_time else None


def number_in(text: str) -> float:
    """A number as a workbook writes it. Raises ValueError where it is none, or no finite one."""
    if not _NUMBER.fullmatch(text.strip()) or not isfinite(number := float(text)):
        raise ValueError(text)
    return number


def value_of(number: float, format_: NumberFormat, from_1904: bool) -> Value:
    """A number as what its format shows. Raises ValueError where it is no day that there is."""
    match format_.kind:
        case "number":
            return plain_number(number)
        case "unit":
            return NumberWithUnit(float(f"{number:.15g}"), format_.unit)
        case "code":
            return f"{int(number):0{format_.digits}d}" if number >= 0 and number == int(number) else number
        case "duration":
            return timedelta(seconds=round(number * 86400, 3))
    return _moment(number, format_.kind, from_1904)


def plain_number(number: float) -> int | float:
    """A whole number where it is one; else with the fifteen digits that a spreadsheet shows."""
    if number.is_integer() and abs(number) < 2**53:
        return int(number)
    return float(f"{number:.15g}")


def _moment(serial: float, kind: Kind, from_1904: bool) -> Value:
    if not 0 <= serial < LAST_SERIAL + 1:
        raise ValueError(serial)
    days, seconds = divmod(round(serial * 86400, 3), 86400)
    if kind == "time" and days == 0:
        return (datetime.min + timedelta(seconds=seconds)).time()
    if not from_1904 and int(days) == 60:
        raise ValueError(serial)  # the 29th of February 1900, which never was
    day = _day(int(days), from_1904)
    if seconds == 0:
        return day
    return datetime.combine(day, time()) + timedelta(seconds=seconds)


def _day(days: int, from_1904: bool) -> date:
    if from_1904:
        return date(1904, 1, 1) + timedelta(days=days)
    return date(1899, 12, 31 if days < 60 else 30) + timedelta(days=days)

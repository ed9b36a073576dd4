"""Texts of cells: what a spreadsheet shows of a typed value, and a text as Portolan holds it."""

import re
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from services.imports.tables.numbers import EXACT, InexactNumber, exact
from services.imports.tables.table import NumberWithUnit, Value
from shared.base.text import DIRECTIONS, LINE_ENDS, OVERRIDES, composed

_LINE_BREAKS = re.compile(rf"[ \u00a0]*[\t-\r\u0085{LINE_ENDS}]+[ \u00a0]*")
_NOT_IN_LINES = re.compile(rf"[\u0000-\u001f\u007f-\u009f\u200b\ufeff{DIRECTIONS}]")
_NOT_IN_PROSE = re.compile(rf"[\u0000-\u0008\u000e-\u001f\u007f-\u0084\u0086-\u009f\u200b\ufeff{OVERRIDES}]")
_ENDS = re.compile(r"\r\n?|[\u000b\u000c\u0085]")
SHORTENED = re.compile(r"[0-9](?:[.,][0-9]+)?E\+[0-9]{1,3}")
"""A long number, such as a key, whose last digits a spreadsheet has thrown away."""


def displayed(value: Value) -> str:
    """A value as a spreadsheet shows it: 1944.0 is 1944, and 0.1 + 0.2 is 0.3."""
    match value:
        case None:
            return ""
        case str():
            return value.strip()
        case bool():
            return "true" if value else "false"
        case int() | float():
            return _displayed_number(value)
        case datetime():
            return value.date().isoformat() if value.time() == time() else value.isoformat(" ")
        case date() | time():
            return value.isoformat()
        case timedelta():
            return str(value)


def _displayed_number(value: float) -> str:
    try:
        number = exact(value)
    except InexactNumber:
        return str(value)
    if isinstance(value, NumberWithUnit) and value.unit == "%":
        return f"{EXACT.multiply(number, Decimal(100)).normalize(EXACT):f}%"
    return f"{number:f}"


def as_line(text: str) -> str:
    """One line in normalization form C, without what cannot be seen and spaces around it."""
    if text.isascii() and text.isprintable():
        return text.strip()
    return _NOT_IN_LINES.sub("", _LINE_BREAKS.sub(" ", composed(text.strip("\ufeff")).strip())).strip()


def as_prose(text: str) -> str:
    """The same of a text of several lines, which ends them all alike."""
    if text.isascii() and text.isprintable():
        return text.strip()
    return _NOT_IN_PROSE.sub("", _ENDS.sub("\n", composed(text))).strip()

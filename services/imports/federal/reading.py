"""The files as rows: texts without stray spaces, amounts exact, days parsed, and the line each row begins on.

A cell is read only where one reading is possible. What may mean two things (a year of two digits, 03/04/2011 in a column
that does not show its order, 1,234) is left out and reported.
"""

import csv
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Literal, TypeVar

MILLION = Decimal(1_000_000)
LARGEST = Decimal(10) ** 15
"""In dollars: more is a slip, and no money either."""
YEARS = range(1950, 2201)

T = TypeVar("T")

_TIME = r"(?:[T ] ?[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]+)?)?(?: ?[AaPp][Mm])?(?: ?(?:Z|[+-][0-9]{2}:?[0-9]{2}))?)?"
"""What may follow a day: a time of it, and nothing that could be another day."""
_ISO_DAY = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})" + _TIME)
_SLASHED_DAY = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4}|[0-9]{2})" + _TIME)
_NUMBER = re.compile(r"(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?")
_GROUPED = re.compile(r"[0-9]{1,3}(?:,[0-9]{3})+(\.[0-9]+)?")
_WHOLE = re.compile(r"[+-]?[0-9]{1,18}")


class UnreadableFile(Exception):
    """The file is not the one that is meant, or not CSV."""


Order = Literal["month-first", "day-first"]


@dataclass(frozen=True, slots=True)
class Conventions:
    """How days are written, where whoever imports knows it: the century of years of two digits (1900 or 2000), and the
    order of days with slashes; else every column must show its own."""

    century: int | None = None
    order: Order | None = None


@dataclass(frozen=True, slots=True)
class Unread:
    """A cell that cannot be read, and why."""

    text: str
    reason: str


@dataclass(frozen=True, slots=True)
class Row:
    """One row; an empty cell is None, and so is one that cannot be read: `unread` keeps it for the report."""

    file: str
    line: int
    cells: Mapping[str, str]
    unread: dict[str, Unread] = field(default_factory=dict)
    conventions: Conventions = Conventions()
    orders: Mapping[str, Order | str] = field(default_factory=dict)
    """Column of days -> its order, or why it has none."""

    def text(self, column: str) -> str | None:
        return self.cells[column].strip() or None

    def stray_spaces(self) -> list[str]:
        """The columns whose cells begin or end with spaces."""
        return [column for column, cell in self.cells.items() if cell != cell.strip()]

    def dollars(self, column: str) -> Decimal | None:
        """Millions as published, in dollars; exact."""
        return self._read(column, dollars_of)

    def day(self, column: str) -> date | None:
        """`2011-10-01`, `2011-10-01T…`, or `10/01/2011` in the order of its column."""
        order = self.conventions.order or self.orders.get(column)
        return self._read(column, lambda text: day_of(text, order, self.conventions.century))

    def whole(self, column: str) -> int | None:
        return self._read(column, whole_of)

    def _read(self, column: str, parse: Callable[[str], T]) -> T | None:
        text = self.text(column)
        try:
            return parse(text) if text else None
        except ValueError as error:
            self.unread[column] = Unread(text or "", str(error))
            return None


def amount_of(text: str) -> Decimal:
    """`1.2`, `-1.2`, `(1.2)`, `$1.2`, `1,234.5`: commas only where they can be nothing but groups of thousands."""
    sign, bare = Decimal(1), text.replace("\u2212", "-")
    if bare.startswith("(") and bare.endswith(")"):
        sign, bare = Decimal(-1), bare[1:-1].strip()
    elif bare[:1] in ("-", "+"):
        sign, bare = Decimal(-1 if bare[0] == "-" else 1), bare[1:].strip()
    bare = bare.removeprefix("$").strip()
    if bare.startswith("(") and bare.endswith(")") and sign == 1:
        sign, bare = Decimal(-1), bare[1:-1].strip()
    if grouped := _GROUPED.fullmatch(bare):
        if bare.count(",") == 1 and grouped[1] is None:
            raise ValueError("its comma may part thousands or decimals")
        bare = bare.replace(",", "")
    if not _NUMBER.fullmatch(bare):
        raise ValueError("no amount")
    return sign * Decimal(bare)


def dollars_of(text: str) -> Decimal:
    dollars = amount_of(text) * MILLION
    if abs(dollars) >= LARGEST:
        raise ValueError("no amount that money can hold")
    return dollars


def whole_of(text: str) -> int:
    if not _WHOLE.fullmatch(text):
        raise ValueError("no whole number")
    return int(text)


def day_of(text: str, order: Order | str | None, century: int | None) -> date:
    if iso := _ISO_DAY.fullmatch(text):
        year, month, day = (int(part) for part in iso.groups())
    elif slashed := _SLASHED_DAY.fullmatch(text):
        month, day = _in_order(int(slashed[1]), int(slashed[2]), order)
        year = _with_century(slashed[3], century)
    else:
        raise ValueError("no date")
    if year not in YEARS:
        raise ValueError(f"no year from {YEARS[0]} to {YEARS[-1]}")
    return date(year, month, day)


def _in_order(first: int, second: int, order: Order | str | None) -> tuple[int, int]:
    """(month, day)."""
    if order == "month-first" or first == second:
        return first, second
    if order == "day-first":
        return second, first
    raise ValueError(order or NO_ORDER)


def _with_century(digits: str, century: int | None) -> int:
    if len(digits) == 4:
        return int(digits)
    if century is None:
        raise ValueError("its year has two digits, and no century was given")
    return century + int(digits)


NO_ORDER = "nothing in its column shows whether days or months come first"
BOTH_ORDERS = "its column has months after days and days after months"


def order_of(texts: Iterable[str]) -> Order | str:
    """The order of a column of days, as the cells show it that can only be read in one; or why it has none."""
    pairs = [(int(f[1]), int(f[2])) for text in texts if (f := _SLASHED_DAY.fullmatch(text.strip()))]
    month_first = any(second > 12 >= first for first, second in pairs)
    day_first = any(first > 12 >= second for first, second in pairs)
    if month_first and day_first:
        return BOTH_ORDERS
    if month_first:
        return "month-first"
    return "day-first" if day_first else NO_ORDER


def is_day(text: str) -> bool:
    """Whether a text is written like a day, be it one or not."""
    return bool(_ISO_DAY.fullmatch(text) or _SLASHED_DAY.fullmatch(text))


def is_number(text: str) -> bool:
    """The same of a number or an amount."""
    try:
        amount_of(text)
    except ValueError:
        return bool(_GROUPED.fullmatch(text))
    return True


def read(
    path: Path,
    needed: tuple[str, ...],
    days: Iterable[str] = (),
    conventions: Conventions = Conventions(),
) -> list[Row]:
    """All rows of a file that has the needed columns; `days` are those that hold days."""
    rows = list(_rows(path.name, StringIO(_text(path), newline=""), needed))
    orders = {column: order_of(row.cells[column] for row in rows) for column in days}
    return [replace(row, conventions=conventions, orders=orders) for row in rows]


def _text(path: Path) -> str:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise UnreadableFile(f"{path.name}: {error.strerror}") from error
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise UnreadableFile(f"{path.name}:{line}: not UTF-8 ({error.reason})") from error


def _rows(name: str, file: Iterable[str], needed: tuple[str, ...]) -> Iterator[Row]:
    reader = csv.reader(file, strict=True)
    begins = 1
    try:
        header = next(reader, [])
        _check_header(name, header, needed)
        begins = reader.line_num + 1
        for values in reader:
            if len(values) != len(header):
                raise UnreadableFile(f"{name}:{begins}: {len(values)} cells under {len(header)} columns")
            yield Row(name, begins, dict(zip(header, values, strict=True)))
            begins = reader.line_num + 1
    except csv.Error as error:
        raise UnreadableFile(f"{name}:{begins}: not CSV from here on ({error})") from error


def _check_header(name: str, header: list[str], needed: tuple[str, ...]) -> None:
    if not header:
        raise UnreadableFile(f"{name} is empty")
    missing = [column for column in needed if column not in header]
    if missing:
        raise UnreadableFile(f"{name} lacks the columns {', '.join(missing)}")
    if twice := [column for column in needed if header.count(column) > 1]:
        raise UnreadableFile(f"{name} has the columns {', '.join(twice)} more than once")

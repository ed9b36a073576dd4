"""The files as rows: read like any table, columns by one name each, amounts exact, days parsed.

A cell is read only where one reading is possible. What may mean two things (a year of two digits, 03/04/2011 in a column
that does not show its order, 1,234) is left out and reported.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TypeVar

from services.imports.federal.columns import COLUMNS, KEYS, File
from services.imports.federal.mends import MENDS
from services.imports.findings import Findings
from services.imports.spellings import names_in
from services.imports.tables import decisions as conventions
from services.imports.tables.conventions import survey
from services.imports.tables.days import ORDERS, YEARS, written_day
from services.imports.tables.mapping import ColumnMapping, DayOrder
from services.imports.tables.numbers import written_number
from services.imports.tables.oddities import TotalRows, text_of
from services.imports.tables.reading import tables_of
from services.imports.tables.table import Row as TableRow
from services.imports.tables.table import Table, Value
from services.imports.tables.units import PLAIN, Unit
from shared.base.texts import Text

MILLION = Decimal(1_000_000)
LARGEST = Decimal(10) ** 15
"""In dollars: more is a slip, and no money either."""
DOLLARS = Unit("$")

T = TypeVar("T")

_WHOLE = re.compile(r"[+-]?[0-9]{1,18}")


Order = DayOrder


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
    """By the name of the column here; of one that is not known here, by its name in the file."""
    names: Mapping[str, str]
    """Name of a column here -> its name in the file."""
    unread: dict[str, Unread] = field(default_factory=dict)
    conventions: Conventions = Conventions()
    orders: Mapping[str, Order | str] = field(default_factory=dict)
    """Column of days -> its order, or why it has none."""
    flaw: str = ""
    """What is wrong with the row as it stands in the file."""
    is_total: bool = False
    """Whether it adds up the others."""

    def text(self, column: str) -> str | None:
        return self.cells.get(column, "").strip() or None

    def note(
        self, findings: Findings, code: str, reason: str, done: str, key: str = "", *,
        column: str = "", lost: bool = False, value: str = "",
    ) -> None:  # fmt: skip
        """Add a finding of this row, and of a column of it by its own name."""
        findings.add(
            self.file, self.line, code, reason, done, key, lost=lost, column=self.name_of(column),
            value=value or self.cells.get(column, ""), mend=MENDS.get(code, ""), title=self.title,
        )  # fmt: skip

    @property
    def title(self) -> str:
        """What people call the thing of the row."""
        texts = (self.text(column) for column in ("project_name", "title", "Contract Number (PIID)"))
        return next((text for text in texts if text), "")[:100]

    def name_of(self, column: str) -> str:
        """What the file calls it."""
        return self.names.get(column, column)

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
            self.unread[column] = Unread(text or "", error.args[0])
            return None


def amount_of(text: str) -> Decimal:
    """`1.2`, `-1.2`, `(1.2)`, `$1.2`, `1,234.5`: with a decimal point, and commas only where they can part nothing but
    thousands. ValueError where it is no such amount of dollars."""
    number = written_number(text)
    if number is None or number.point is None or number.by_twos or number.unit not in (PLAIN, DOLLARS):
        raise ValueError(Text("no amount"))
    if "," in text and number.comma is not None:
        raise ValueError(Text("its comma may part thousands or decimals"))
    return number.point


def dollars_of(text: str) -> Decimal:
    dollars = amount_of(text) * MILLION
    if abs(dollars) >= LARGEST:
        raise ValueError(Text("no amount that money can hold"))
    return dollars


def whole_of(text: str) -> int:
    if not _WHOLE.fullmatch(text):
        raise ValueError(Text("no whole number"))
    return int(text)


def day_of(text: str, order: Order | str | None, century: int | None) -> date:
    """The day that a text says in the order of its column; ValueError with why that is none."""
    day = written_day(text)
    if day is None:
        raise ValueError(Text("no date"))
    if day.orders and (order not in ORDERS or (day.dotted and order == "month-first")):
        raise ValueError(order if order and order not in ORDERS else NO_ORDER)
    if day.short_year and century is None:
        raise ValueError(Text("its year has two digits, and no century was given"))
    on = day.on(order if order in ORDERS else None, century)
    if on.year not in YEARS:
        raise ValueError(Text("its year is not from {first} to {last}", first=YEARS[0], last=YEARS[-1]))
    return on


NO_ORDER = Text("nothing in its column shows whether days or months come first")
BOTH_ORDERS = Text("its column has months after days and days after months")


def order_of(texts: Iterable[str]) -> Order | str:
    """The order of a column of days, as the cells show it that can only be read in one; or why it has none."""
    return _orders(("",), ((text,) for text in texts))[""]


def _orders(columns: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> dict[str, Order | str]:
    table = Table("", "", 1, columns, lambda: (TableRow(0, cells) for cells in rows))
    decisions = {
        name: conventions.order_of(ColumnMapping(column=name), column)
        for name, column in survey(table).columns.items()
    }
    return {
        name: decision.value or (BOTH_ORDERS if decision.is_contradicted else NO_ORDER)
        for name, decision in decisions.items()
    }


def is_day(text: str) -> bool:
    """Whether a text is written like a day, be it one or not."""
    return written_day(text) is not None


def is_number(text: str) -> bool:
    """The same of a number or an amount."""
    number = written_number(text)
    return number is not None and number.unit in (PLAIN, DOLLARS)


def read(path: Path, file: File, conventions: Conventions = Conventions()) -> list[Row]:
    """All rows of one of the files. Raises UnreadableTable where it is another one, or none."""
    table = tables_of(path)[0]
    names = names_in(table, COLUMNS[file])
    here = {own_name: name for name, own_name in names.items()}
    columns = [here.get(own_name, own_name) for own_name in table.columns]
    totals = TotalRows()
    rows = []
    for row in table.rows():
        cells = dict(zip(columns, map(_as_text, row.cells), strict=True))
        is_total = totals.is_one(row.cells, [cells.get(column, "").strip() for column in KEYS[file]])
        unread = {}
        for flaw in row.flaws:
            if column := here.get(flaw.column, flaw.column):
                unread[column], cells[column] = Unread(cells[column], flaw.reason), ""
        of_row = next((flaw.reason for flaw in row.flaws if not flaw.column), "")
        rows.append(Row(table.file, row.line, cells, names, unread, flaw=of_row, is_total=is_total))
    days = tuple(column.name for column in COLUMNS[file] if column.kind == "day" and column.name in names)
    orders = _orders(days, (tuple(row.cells[column] for column in days) for row in rows))
    return [replace(row, conventions=conventions, orders=orders) for row in rows]


def _as_text(value: Value) -> str:
    return value if isinstance(value, str) else text_of(value)

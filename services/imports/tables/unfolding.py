"""A table with one column for each period becomes one with a row for each period, and back.

    Project | 2025 | 2026          Project | Period | Amount
    P-1     |  100 |  200    ->    P-1     | 2025   |    100
    P-2     |      |   50          P-1     | 2026   |    200
                                   P-2     | 2026   |     50

An empty cell makes no row, nor does one in which nothing is known (`n/a`, `-`). Every row knows its line and its columns in
the sheet, so that what is found is said in their words.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import groupby

from services.imports.tables import limits
from services.imports.tables.days import YEARS
from services.imports.tables.grids import is_filled
from services.imports.tables.oddities import figure_of, text_of
from services.imports.tables.periods import in_year
from services.imports.tables.spreads import Spread, Unfolding
from services.imports.tables.surveying import is_placeholder
from services.imports.tables.table import Flaw, Note, Row, Table, UnreadableTable, Value
from shared.base.texts import Text

MOST_NAMED = 12
SIGNS = ("-", "−", "–")
YEAR_RANGE = range(YEARS[0], YEARS[-1] + 1)


def unfolded(
    table: Table,
    spread: Spread,
    members: Mapping[str, str] | None = None,
    in_use: frozenset[str] = frozenset(),
) -> Table:
    """The table with a row for each period of each line in which one of the values `in_use` is filled.

    `members` are what its new columns are proposed for. Where none is said, all count.
    """
    unfolding = Unfolding(spread, table.columns, members or {}, in_use or frozenset(spread.values))
    columns = (*unfolding.others, *spread.new_columns)
    return replace(
        table, columns=columns, rows=_Rows(table, unfolding), unfolding=unfolding,
        notes=(*table.notes, *_notes(unfolding)),
    )  # fmt: skip


def lines_of(table: Table) -> Iterator[Row]:
    """The lines of the sheet, of a table that was unfolded; else its rows."""
    return table.rows.table.rows() if isinstance(table.rows, _Rows) else table.rows()


def is_value(value: Value) -> bool:
    """Whether a cell of a period says something."""
    return is_filled(value) and not (isinstance(value, str) and is_placeholder(value.strip()))


@dataclass(frozen=True, slots=True)
class _Rows:
    """Reads the rows each time it is called. Raises UnreadableTable where they are too many."""

    table: Table
    unfolding: Unfolding

    def __call__(self) -> Iterator[Row]:
        unfolding = self.unfolding
        places = {column: place for place, column in enumerate(self.table.columns)}
        others = [places[column] for column in unfolding.others]
        parts = [
            (number, period, unfolding.kind_of(columns), [places[columns[v]] if v in columns else -1 for v in unfolding.spread.values])
            for number, (period, columns) in enumerate(unfolding.parts)
        ]  # fmt: skip
        year_place = places.get(unfolding.spread.year_from, -1)
        negative = {places[column] for column in unfolding.spread.negative}
        counting = {places[column] for value in unfolding.in_use for column in unfolding.spread.values[value]}
        count = 0
        for row in self.table.rows():
            cells = tuple(row.cells[place] for place in others)
            year = row.cells[year_place] if year_place >= 0 else None
            for number, period, kind, values in parts:
                if not any(place in counting and is_value(row.cells[place]) for place in values):
                    continue
                count += 1
                if count > limits.ROWS:
                    raise self._too_many_rows()
                own = tuple(
                    (turned(row.cells[place]) if place in negative else row.cells[place])
                    if place >= 0
                    else None
                    for place in values
                )
                of_period = self._of_period(period, kind, year)
                flaws = self._flaws(row.flaws, number) if row.flaws else ()
                yield Row(row.line, (*cells, *of_period, *own), flaws, number, row.cells)

    def _of_period(self, period: str, kind: str, year: Value) -> tuple[str, ...]:
        spread = self.unfolding.spread
        if spread.year_from:
            number = figure_of(year)
            whole = in_year(period, int(number), "") if number is not None and number in YEAR_RANGE else None
            period = whole.text if whole else f"{period} {text_of(year)}".strip()
        more = (year_of(period),) if spread.year else ()
        return (*(period for _ in spread.periods), *more, *((kind,) if spread.kind else ()))

    def _flaws(self, flaws: Sequence[Flaw], number: int) -> tuple[Flaw, ...]:
        """Those of the line and of the cells that the row has; a cell of a period by the name of its value."""
        own = {column: value for value, column in self.unfolding.parts[number][1].items()}
        here = {"", *self.unfolding.others}
        return tuple(
            replace(flaw, column=own.get(flaw.column, flaw.column))
            for flaw in flaws
            if flaw.column in here or flaw.column in own
        )

    def _too_many_rows(self) -> UnreadableTable:
        return UnreadableTable(
            "too_many_rows",
            Text(
                "{file} has more than {limit:,} filled cells in its columns of periods. Divide it into several files.",
                file=self.table.file, limit=limits.ROWS,
            ),
        )  # fmt: skip


def turned(value: Value) -> Value:
    """An amount with the other sign; what is no amount stays."""
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        return -value
    if not isinstance(value, str) or not is_value(value):
        return value
    text = value.strip()
    return text[1:].lstrip() if text[:1] in SIGNS else f"-{text}"


def year_of(period: str) -> str:
    """The calendar year of a period as the rows have it: of `Q1 2026` and `2026-03` 2026; of `2025/26` both."""
    if period[:4].isdigit():
        return period if "/" in period else period[:4]
    return period[-4:]


def part_in(period: str) -> str:
    """The part of its year that a period is: of `2026-03` 03, of `Q1 2026` Q1."""
    return period[5:] if period[:4].isdigit() else period.partition(" ")[0]


def _notes(unfolding: Unfolding) -> Iterator[Note]:
    spread = unfolding.spread
    columns = [
        column for value in spread.values if value in unfolding.in_use for column in spread.values[value]
    ]
    if spread.negative:
        yield Note(
            "debit_and_credit",
            Text("Amounts under {columns} count with the other sign.", columns=shortened(spread.negative)),
        )
        return
    yield Note(
        "periods_in_columns",
        Text(
            "One column stands for each period, and each filled cell of {columns} becomes a row of its own.",
            columns=shortened(columns),
        ),
    )  # fmt: skip
    if spread.totals:
        yield Note(
            "total_columns",
            Text("Totals of the periods are left out, and checked: {columns}.", columns=shortened(spread.totals)),
        )  # fmt: skip


def shortened(columns: Sequence[str]) -> str:
    """The names of columns, not endless."""
    names = ", ".join(column[:40] for column in columns[:MOST_NAMED])
    return names if len(columns) <= MOST_NAMED else f"{names} … {columns[-1][:40]}"


def refolded(
    table: Table, rows: Iterable[tuple[int, list[str], list[str]]]
) -> Iterator[tuple[int, list[str], list[str]]]:
    """Rows (line, cells as texts, reasons) as lines of the sheet: of one line those of its periods that are given."""
    unfolding = table.unfolding
    if unfolding is None:
        yield from rows
        return
    places = {column: place for place, column in enumerate(unfolding.sheet_columns)}
    count, spread = len(unfolding.others), unfolding.spread
    columns_of = {(period, unfolding.kind_of(columns)): columns for period, columns in unfolding.parts}
    kind_place = count + len(spread.periods) + bool(spread.year)
    for line, group in groupby(rows, key=lambda row: row[0]):
        cells, reasons = [""] * len(places), dict[str, None]()
        for _, own, own_reasons in group:
            for column, text in zip(unfolding.others, own, strict=False):
                cells[places[column]] = text
            period, values = own[count], own[-len(spread.values) :]
            if spread.year_from:
                cells[places[spread.year_from]] = year_of(period)
                period = part_in(period)
            of_part = columns_of.get((period, own[kind_place] if spread.kind else ""), {})
            for value, text in zip(spread.values, values, strict=True):
                if (column := of_part.get(value, "")) and text:
                    cells[places[column]] = str(turned(text)) if column in spread.negative else text
            reasons |= dict.fromkeys(own_reasons)
        yield line, cells, list(reasons)

"""What the lines of a sheet with periods in its columns show as a whole: whether their totals add up, and that they are filled."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from services.imports.findings import Findings
from services.imports.tables.amount_cells import number_in
from services.imports.tables.conventions import Survey
from services.imports.tables.mapping import ColumnMapping, Mapping
from services.imports.tables.oddities import is_total, text_of
from services.imports.tables.periods import period_in
from services.imports.tables.spreading import is_sum
from services.imports.tables.spreads import Unfolding
from services.imports.tables.table import Row, Table, Value
from services.imports.tables.unfolding import is_value, lines_of
from services.imports.tables.unread import Unread
from shared.base.texts import Text

MOST_PARTS = 400
"""Columns that are added up."""


def check_lines(
    table: Table, mapping: Mapping, surveyed: Survey, findings: Findings, is_total_line: Callable[[int], bool]
) -> None:
    """A finding for each total of a line that is not the sum of its periods, and for each line without any.

    `is_total_line` says of a line whether it adds up the others: then it is left out anyway.
    """
    unfolding = table.unfolding
    if unfolding is None:
        return
    check = _Check(table, unfolding, mapping, surveyed)
    for row in lines_of(table):
        if is_total_line(row.line) or is_total(next(filter(None, map(text_of, row.cells)), "")):
            continue
        if check.is_without_periods(row):
            findings.add(
                table.file, row.line, "no_period", Text("none of its periods is filled"), Text("left out"),
                mend=Text("Fill the cells of its periods, if it has any."),
            )  # fmt: skip
            continue
        for column, value, total in check.wrong_totals(row):
            findings.add(
                table.file, row.line, "total_differs",
                Text("its periods add up to {sum}", sum=f"{total:f}"), Text("left out; its periods are taken as they stand"),
                column=column, value=text_of(value), mend=Text("Correct the total or the periods."),
            )  # fmt: skip


@dataclass
class _Check:
    """The columns of one sheet that are added up, by their places."""

    table: Table
    unfolding: Unfolding
    mapping: Mapping
    surveyed: Survey

    def __post_init__(self) -> None:
        spread = self.unfolding.spread
        self.places = {column: place for place, column in enumerate(self.unfolding.sheet_columns)}
        readers = {value: self._reader(value) for value in spread.values}
        values = [[(c, readers[value]) for c in columns] for value, columns in spread.values.items()]
        first = readers[next(iter(spread.values))]
        others = [(c, first) for c in self.unfolding.others if period_in(c)]
        all_of_it = [part for of_value in values for part in of_value]
        self.sums = [one for one in (*values, all_of_it, [*all_of_it, *others]) if len(one) <= MOST_PARTS]
        self.read_total = first

    def _reader(self, value: str) -> Callable[[Value], Decimal | None]:
        column = next((c for c in self.mapping.columns if c.column == value), ColumnMapping(column=value))
        read = number_in(column, self.surveyed.columns[value])

        def number(cell: Value) -> Decimal | None:
            try:
                amount = read(cell) if is_value(cell) else None
            except Unread:
                return None
            return amount[0] * amount[1].scale if amount and amount[0].is_finite() else None

        return number

    def is_without_periods(self, row: Row) -> bool:
        """Whether a line that says something else has nothing in its periods."""
        spread = self.unfolding.spread
        columns = [c for value in self.unfolding.in_use for c in spread.values[value]]
        return any(map(text_of, row.cells)) and not any(is_value(row.cells[self.places[c]]) for c in columns)

    def wrong_totals(self, row: Row) -> Iterator[tuple[str, Value, Decimal]]:
        """Totals that are the sum of nothing: column, cell, and what its periods add up to."""
        for column in self.unfolding.spread.totals:
            cell = row.cells[self.places[column]]
            if (total := self.read_total(cell)) is None:
                continue
            sums = [self._sum(row, parts, column) for parts in self.sums]
            sums_there = [one for one in sums if one is not None]
            if sums_there and not any(is_sum(total, [one]) for one in sums_there):
                yield column, cell, sums_there[0]

    def _sum(
        self, row: Row, parts: list[tuple[str, Callable[[Value], Decimal | None]]], total: str
    ) -> Decimal | None:
        """What the cells of some periods add up to; those within the period of the total, where it has one."""
        within = period_in(total)
        amounts = []
        for column, read in parts:
            period = period_in(column)
            if within and period and not (within.period.first <= period.period.first <= within.period.last):
                continue
            amount = read(row.cells[self.places[column]])
            if amount is not None:
                amounts.append(amount)
        return sum(amounts, Decimal(0)) if amounts else None

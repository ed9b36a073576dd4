"""What all files have in common before anybody knows their columns: lines of cells, some of them merged."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from services.imports.tables import limits
from services.imports.tables.table import Note, UnreadableTable, Value
from shared.base.texts import Text

OF_THE_ROW = -1
"""In place of a column: the row as a whole is meant."""


class CellFlaw(NamedTuple):
    """What is wrong with one cell, by its place in the line."""

    column: int
    code: str
    reason: Text
    mend: Text


class Line(NamedTuple):
    """One line as it stands in the file; it ends with its last cell that is there."""

    number: int
    cells: Sequence[Value]
    flaws: Sequence[CellFlaw] = ()

    @property
    def is_blank(self) -> bool:
        return not any(map(is_filled, self.cells))


class Merged(NamedTuple):
    """Cells that are shown as one, with the value of the first: lines from 1, columns from 0, all inclusive."""

    top: int
    left_edge: int
    bottom: int
    right_edge: int


@dataclass(frozen=True, slots=True)
class Grid:
    """Lines of cells, to be read as often as they are needed."""

    file: str
    sheet: str
    lines: Callable[[], Iterator[Line]]
    notes: tuple[Note, ...] = ()
    merged: tuple[Merged, ...] = ()
    delimiter: str = ""
    """Of a text file, in which each line should have as many cells as there are columns."""


def is_filled(value: Value) -> bool:
    return value is not None and (not isinstance(value, str) or (bool(value) and not value.isspace()))


def letter_of(index: int) -> str:
    """The letters of a column as spreadsheets count them: 0 is A, 26 is AA."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def list_of_lines(lines: Sequence[int], count: int = 0) -> Text:
    """`line 3` or `lines 3, 5`: the first of some lines, and how many there are besides."""
    count = max(count, len(lines))
    if count == 1:
        return Text("line {line}", line=lines[0])
    some = ", ".join(map(str, lines[:10]))
    if count <= 10:
        return Text("lines {lines}", lines=some)
    return Text("lines {lines} and {count:,} more", lines=some, count=count - 10)


def cell_too_long(file: str, line: int, column: str) -> UnreadableTable:
    """The refusal of a file with a cell that no spreadsheet could hold."""
    return UnreadableTable(
        "cell_too_long",
        Text("{file}, line {line}, column {column}: the cell has more than {limit:,} characters.", file=file, line=line, column=column, limit=limits.CELL),
        line, column,
    )  # fmt: skip


def too_many_columns(file: str, line: int, index: int) -> UnreadableTable:
    """The refusal of a table that is too wide; the index is that of the cell at its right edge."""
    return UnreadableTable(
        "too_many_columns",
        Text(
            "{file}, line {line}: it has a cell in column {column}. A table has {limit:,} columns at most; delete what "
            "stands to the right of it.",
            file=file, line=line, column=letter_of(index), limit=limits.COLUMNS,
        ),
        line, letter_of(index),
    )  # fmt: skip

"""A table as it was read: columns by their own names, and rows one at a time, as often as they are needed."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from services.imports.tables.spreads import Unfolding
from shared.base.texts import Text

Value = str | int | float | bool | date | datetime | time | timedelta | None
"""What stands in a cell. A text file has texts only; a workbook has values with types. None: nothing."""


class NumberWithUnit(float):
    """A number of a workbook whose cell shows a unit beside it: `%` (0.5 shows as 50 %), or a currency as it stands there:
    `CHF`, `€`, `$`. It equals the number without one."""

    __slots__ = ("unit",)
    unit: str

    def __new__(cls, number: float, unit: str) -> "NumberWithUnit":
        value = super().__new__(cls, number)
        value.unit = unit
        return value

    def __reduce__(self) -> tuple[object, ...]:
        return NumberWithUnit, (float(self), self.unit)


@dataclass(frozen=True, slots=True)
class Flaw:
    """What is not as it should be in a row as it stands in the file, before anybody asks what its cells mean.

    Of the row as a whole: `too_many_cells`, `too_few_cells`. Of one cell of it, whose text stays in `Row.cells` and is not
    to be taken: `error_value` (#REF!, #N/A), `unreadable_characters`.
    """

    code: str
    reason: Text
    mend: Text
    column: str = ""
    """The name of the column; empty where the row as a whole is meant."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of data, as wide as the header; `line` counts from 1, as editors and spreadsheets do."""

    line: int
    cells: tuple[Value, ...]
    flaws: tuple[Flaw, ...] = ()
    part: int = 0
    """Of a line that became several rows, one for each period: which of the periods, from 0."""
    whole: tuple[Value, ...] | None = None
    """The cells of that line as they stand in the sheet."""


@dataclass(frozen=True, slots=True)
class Note:
    """How a file was read, where that was decided by looking at it: its encoding, its delimiter, a sheet left out."""

    code: str
    text: Text


class UnreadableTable(Exception):
    """The file is no table, or one too large: said as a whole, with the line and the column where there are some."""

    def __init__(self, code: str, reason: Text, line: int | None = None, column: str = "") -> None:
        super().__init__(reason)
        self.code, self.reason, self.line, self.column = code, reason, line, column


@dataclass(frozen=True, slots=True)
class Table:
    """A table. Its rows are read from the file each time, so that a large one never stands in memory."""

    file: str
    sheet: str
    """Of a workbook; empty for a text file."""
    header_line: int
    """The line of the column names; 0 where the file has none."""
    columns: tuple[str, ...]
    """Their names, each once: of two columns `Cost` the second is `Cost (2)`, of those without a name the letter."""
    rows: Callable[[], Iterator[Row]]
    notes: tuple[Note, ...] = ()
    row_count: int = 0
    """How many rows of data there are; of a table that was unfolded, how many lines."""
    titles: tuple[str, ...] = ()
    """What stands above the names of the columns, a line each."""
    groups: Mapping[str, str] = field(default_factory=dict)
    """Of columns whose names stand in two lines: column -> the name of its group, which its own begins with."""
    unfolding: Unfolding | None = None
    """How the periods that stand in columns became rows; None where each line is a row."""

    def column_in_file(self, name: str, part: int) -> str:
        """The column of the file in which a cell of a row stands."""
        return self.unfolding.column_in_sheet(name, part) if self.unfolding is not None else name

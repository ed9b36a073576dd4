"""Which column of a table goes where, and how its cells are read: proposed, shown, corrected, saved as TOML."""

from typing import Literal

import msgspec

from services.imports.tables.spreads import Spread
from shared.base.texts import Text

DayOrder = Literal["year-first", "month-first", "day-first"]
Decimal = Literal[".", ","]
By = Literal["code", "name", "email", "external", "id"]
"""By what a cell names something else: a project by its code, a person by mail or name, anything by its external key."""


Repeats = Literal["keep", "leave-out"]
"""Whether rows that are the same in all cells are several records, or one of them written again."""


Credits = Literal["match", "alone"]
"""Whether a negative booking reverses the one earlier booking of its amount, or is a credit of its own."""


class ColumnMapping(msgspec.Struct, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """What becomes of one column."""

    column: str
    """Its name in the file."""
    member: str = ""
    """The member that it fills, as a path: `planned_cost`, `external_ref.id`, `custom.risk_class`. Empty: not taken."""
    order: DayOrder | None = None
    """Of its days; None where the cells leave no doubt. Decided over the whole column."""
    century: Literal[1900, 2000] | None = None
    """Of years of two digits; without it they are refused."""
    decimal: Decimal | None = None
    """Its decimal sign; None where the cells leave no doubt. Decided over the whole column."""
    currency: str = ""
    """Of amounts whose cells name none."""
    scale: int | None = None
    """What one unit of the column is: 1000 where it holds thousands, 1000000 where it holds millions."""
    sign: Literal["as-written", "inverted"] | None = None
    """Whether its amounts are what they say, or the other way round, as some accounts write what was spent."""
    unit: Literal["percent", "fraction"] | None = None
    """Whether a half is written 50 or 0.5, in a column of percentages; None where the cells leave no doubt."""
    full_week: float | None = None
    """The hours of a full week, where weekly hours stand as shares of it: 0.8, or 80 %."""
    period: Literal["first", "last"] | None = None
    """Which day is meant by a month, a quarter or a year; without it they are refused."""
    epoch: Literal[1900, 1904] | None = None
    """From which year a spreadsheet counted the days that stand as numbers in the column."""
    separator: Literal[";", ",", "|"] | None = None
    """What stands between several things in one cell; a new line always does."""
    by: By | None = None
    """Of a member that names something else."""
    joined: tuple[str, ...] = ()
    """Columns whose cells stand behind its own, with a blank between: first name and last name."""
    makes: bool = False
    """Whether what is named and not there yet is made, with this as its name: portfolios, vendors, persons."""
    values: dict[str, str] = {}
    """Text of a cell -> the code, the id or the text that it stands for; an empty one: nothing."""


class Mapping(msgspec.Struct, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """How one table becomes records of one register."""

    register: str
    """The service and the kind of aggregate: `projects.work_package`."""
    source: str
    """The source in the external keys of what is brought in: the same for every file of one origin."""
    key: tuple[str, ...] = ()
    """The columns whose cells together are the external key of a row. Without one, rows are known by id or by code."""
    columns: tuple[ColumnMapping, ...] = ()
    constants: dict[str, str] = {}
    """Member -> what every row has, written as in a cell: `project_id` = "P-0017"."""
    sheet: str = ""
    header_line: int | None = None
    delimiter: str = ""
    encoding: str = ""
    """How the file is read, where that is not left to be detected."""
    repeats: Repeats | None = None
    """Of rows that are the same in all cells. Unsaid, only the first comes in, and the others are findings."""
    credits: Credits | None = None
    """Of negative bookings that name none which they reverse: unsaid, they are matched. Each is a finding."""
    date_column: str = ""
    """The column with the day from which on a row is true: rows are replayed oldest first, each dated so."""
    spread: Spread | None = None
    """How columns that are one for each period become rows; `columns` and `key` name the columns of these rows then."""


class BadMapping(Exception):
    """The text is no mapping; `line` says where, counted from 1 (0: nowhere in particular)."""

    def __init__(self, reason: Text, line: int = 0) -> None:
        super().__init__(Text("line {line}: {reason}", line=line, reason=reason) if line else reason)
        self.reason, self.line = reason, line

"""Columns that are one for each period, as a mapping says them, and as rows are read by them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import msgspec

from shared.base.texts import Text

MOST_PERIOD_COLUMNS = 2


class Spread(msgspec.Struct, kw_only=True, omit_defaults=True, forbid_unknown_fields=True, frozen=True):
    """How the columns of a sheet are unfolded: each line becomes a row for each period in which a cell is filled."""

    values: dict[str, dict[str, str]]
    """Column of the rows, such as `Amount` -> the columns of the sheet that it is made of -> the period of each."""
    periods: tuple[str, ...] = ("Period",)
    """The columns of the rows in which the period stands; two where one is read as its first and one as its last day."""
    year: str = ""
    """The column of the rows with the calendar year of the period, where months or quarters belong to a year."""
    totals: tuple[str, ...] = ()
    """The columns of the sheet that add periods up: they are left out, and it is checked whether they do."""
    year_from: str = ""
    """The column of the sheet with the year, where the periods are parts of one: `01`, `Q1`."""
    kind: str = ""
    """The column of the rows with the kind of an amount, where names say that beside the period: `Capex 2026`."""
    kinds: dict[str, str] = {}
    """Column of the sheet -> its kind."""
    negative: tuple[str, ...] = ()
    """The columns of the sheet whose amounts count with the other sign: credits beside debits."""

    @property
    def columns(self) -> list[str]:
        """The columns of the sheet that are unfolded."""
        return [column for of_value in self.values.values() for column in of_value]

    @property
    def new_columns(self) -> tuple[str, ...]:
        """The columns of the rows that no column of the sheet is."""
        return (*self.periods, *filter(None, (self.year, self.kind)), *self.values)

    @property
    def fault(self) -> Text | None:
        """Why it makes no sense; None where it does."""
        if not all(self.values.values()) or not self.values:
            return Text("each value needs the columns that it stands in")
        if not 1 <= len(self.periods) <= MOST_PERIOD_COLUMNS:
            return Text("the period stands in one column, or in two")
        if len(set(self.new_columns)) < len(self.new_columns) or not all(self.new_columns):
            return Text("each column of the rows needs a name of its own")
        if len(set(self.columns)) < len(self.columns):
            return Text("a column holds one value only")
        for value, columns in self.values.items():
            first: dict[tuple[str, str], str] = {}
            for column, period in columns.items():
                place = (period, self.kinds.get(column, ""))
                if (other := first.setdefault(place, column)) != column:
                    return Text(
                        "{other!r} and {column!r} are both {value} of the period {period}",
                        other=other, column=column, value=value, period=period,
                    )  # fmt: skip
        return None


@dataclass(frozen=True)
class Unfolding:
    """A spread beside the sheet that it is of."""

    spread: Spread
    sheet_columns: tuple[str, ...]
    """All columns of the sheet."""
    members: Mapping[str, str] = field(default_factory=dict)
    """Column of the rows -> the member that it is proposed for."""
    in_use: frozenset[str] = frozenset()
    """The values of which one at least is filled in every row."""

    @cached_property
    def parts(self) -> list[tuple[str, dict[str, str]]]:
        """The periods, each with the columns of the sheet that its values stand in: value -> column."""
        parts: dict[tuple[str, str], dict[str, str]] = {}
        for value, columns in self.spread.values.items():
            for column, period in columns.items():
                parts.setdefault((period, self.spread.kinds.get(column, "")), {})[value] = column
        places = {column: place for place, column in enumerate(self.sheet_columns)}
        listed = [(period, columns) for (period, _), columns in parts.items()]
        return sorted(listed, key=lambda part: min(places.get(c, 0) for c in part[1].values()))

    def kind_of(self, columns: Mapping[str, str]) -> str:
        """The kind of a part, by its columns."""
        return next((kind for c in columns.values() if (kind := self.spread.kinds.get(c))), "")

    @cached_property
    def others(self) -> tuple[str, ...]:
        """The columns of the sheet that stay as they are."""
        unfolded = {*self.spread.columns, *self.spread.totals, self.spread.year_from}
        return tuple(column for column in self.sheet_columns if column not in unfolded)

    def column_in_sheet(self, name: str, part: int) -> str:
        """Where in the sheet a cell of a row stands: its own column, or that of the period."""
        if name not in self.spread.new_columns:
            return name
        _, columns = self.parts[part]
        return columns.get(name) or next(iter(columns.values()))

"""Sees that columns stand for periods, as a budget or a plan has one for each year, and proposes rows instead.

Which registers have periods and amounts, their form models say: a year or days that every new record needs, and numbers. A
column counts among the periods by its name and by its cells; what it holds, the rest of its name says.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from itertools import islice

import msgspec

from services.imports.tables.fitting import ENOUGH, fit
from services.imports.tables.mapping import ColumnMapping, Mapping
from services.imports.tables.naming import BAR, Names, matches, names_of
from services.imports.tables.oddities import figure_of, is_total
from services.imports.tables.periods import (
    GRAINS,
    NamedPeriod,
    in_year,
    of_whole_months,
    part_of_year,
    period_in,
    years_in,
)
from services.imports.tables.spread_shapes import (
    AmountColumns,
    beside_a_year,
    by_kind,
    debit_and_credit,
    value_members,
)
from services.imports.tables.spreads import Spread, Unfolding
from services.imports.tables.surveying import survey
from services.imports.tables.table import Note, Table
from services.imports.tables.targets import Target, TargetField
from services.imports.tables.unfolding import is_value, part_in, shortened, unfolded
from services.imports.tables.units import unit_in_name
from services.imports.tables.wordings import heading
from shared.base.text import folded
from shared.base.texts import Text

LOOKED_AT = 500
"""Rows in which it is seen what the columns hold."""
PARTS_SAID_FROM = 3
"""From so many months or quarters without a year on, columns are said to have none."""
NEARLY = 0.8
"""The share of the lines in which a column must be the sum of the periods, to be their total."""
_LAST = re.compile(r"(?:^|_)(?:finish|end|ends|last|until|expires)(?:_on|_at)?$")
_FIRST = re.compile(r"(?:^|_)(?:start|starts|begin|begins|first|since|from)(?:_on|_at)?$")
SAYING = frozenset(
    {
        "spent",
        "actual",
        "planned",
        "budget",
        "forecast",
        "approved",
        "remaining",
        "percent",
        "left",
        "evm",
        "health",
    }
)
"""Ideas that say of an amount what it is: one that names no member is of another register."""
_BRACKETS = re.compile(r"[(\[{][^)\]}]*[)\]}]")


@dataclass(frozen=True, slots=True)
class PeriodMember:
    """A member that says of which time a record is."""

    field: TargetField
    name: str
    """Of the column that is proposed for it."""
    is_last: bool = False
    """Whether it is the last day of a period."""


def laid_out(table: Table, target: Target, saved: Mapping | None = None) -> Table:
    """The table with a row for each period, where its columns are such; as the saved mapping says, if there is one."""
    if saved is not None:
        return _as_saved(table, saved)
    proposing = _Proposing(table, target)
    proposed = debit_and_credit(table, target) or proposing.spread()
    if proposed is not None:
        return unfolded(table, *proposed)
    return proposing.with_note_of_parts()


def _as_saved(table: Table, saved: Mapping) -> Table:
    """What the mapping knows of the columns, and columns of more periods of the same kind."""
    if saved.spread is None:
        return table
    by_fold = {folded(column): column for column in reversed(table.columns)}
    values: dict[str, dict[str, str]] = {}
    for value, columns in saved.spread.values.items():
        own = {
            by_fold[folded(column)]: period for column, period in columns.items() if folded(column) in by_fold
        }
        values[value] = own
    in_sheet = {column for own in values.values() for column in own}
    for column in table.columns:
        period = period_in(column)
        if period is None or column in in_sheet or column in saved.spread.totals:
            continue
        for value, columns in saved.spread.values.items():
            if _is_like(period, columns) and period.text not in values[value].values():
                values[value][column] = period.text
                break
    values = {value: own for value, own in values.items() if own}
    if not values:
        return table
    totals = tuple(by_fold[folded(c)] for c in saved.spread.totals if folded(c) in by_fold)
    taken_values = {c.column for c in saved.columns if c.member} & values.keys()
    return unfolded(table, _replaced(saved.spread, values, totals), in_use=frozenset(taken_values))


def _replaced(spread: Spread, values: dict[str, dict[str, str]], totals: tuple[str, ...]) -> Spread:
    in_sheet = {column for columns in values.values() for column in columns}
    return msgspec.structs.replace(
        spread,
        values=values,
        totals=totals,
        kinds={column: kind for column, kind in spread.kinds.items() if column in in_sheet},
        negative=tuple(column for column in spread.negative if column in in_sheet),
    )


def _is_like(period: NamedPeriod, columns: dict[str, str]) -> bool:
    """Whether a column differs from those that are known by its period only."""
    others = [one for one in map(period_in, columns) if one is not None]
    return any(folded(one.rest) == folded(period.rest) and one.grain == period.grain for one in others)


def period_members(target: Target) -> list[PeriodMember]:
    """The members that say of which time a new record is; none where the register has no such time."""
    needed = [f for f in target.columns if f.required]
    years = [f for f in needed if f.of.is_year and f.of.kind == "integer"]
    if years:
        return [PeriodMember(years[0], "Period")]
    days = [f for f in needed if f.of.kind == "day"]
    if not 1 <= len(days) <= 2:
        return []
    first = next((f for f in days if not _LAST.search(f.path)), days[0])
    last = next(
        (f for f in target.columns if f.of.kind == "day" and f is not first and _LAST.search(f.path)), None
    )
    if last is None:
        return (
            [PeriodMember(first, "Period", is_last=not _FIRST.search(first.path))] if len(days) == 1 else []
        )
    return [PeriodMember(first, "Period"), PeriodMember(last, "Period (end)", is_last=True)]


def says_other_amounts(table: Table, target: Target) -> bool:
    """Whether the name of a sheet says that its amounts are others than those of a register with periods: `Actuals 2026`."""
    values = [field.path for field in value_members(target)] if period_members(target) else []
    ideas = heading(table.sheet).ideas & SAYING
    phrases = [phrase for one in names_of(target) if one.field.path in values for _, phrase in one.phrases]
    return bool(values and ideas) and not any(ideas & phrase for phrase in phrases)


def with_days(column: ColumnMapping, target: Target) -> ColumnMapping:
    """The mapping of a column of periods with which of their days it is."""
    member = next((one for one in period_members(target) if one.field.path == column.member), None)
    if member is None or member.field.of.kind != "day":
        return column
    return msgspec.structs.replace(column, period="last" if member.is_last else "first")


def of_unfolded(name: str, unfolding: Unfolding) -> Text | None:
    """Why a column of the rows is there that no column of the sheet is."""
    spread = unfolding.spread
    if spread.negative and name in spread.periods:
        return Text(
            "it says in which of these columns the amount stands: {columns}",
            columns=shortened(spread.columns),
        )
    if name == spread.kind:
        return Text("the names of these columns say it: {columns}", columns=shortened(list(spread.kinds)))
    if name in (*spread.periods, spread.year):
        of_taken = [column for value in unfolding.in_use for column in spread.values[value]]
        return Text("each of these columns is a period: {columns}", columns=shortened(of_taken))
    if name not in spread.values:
        return None
    columns = shortened(list(spread.values[name]))
    if name in unfolding.members:
        return Text("the cells under {columns}", columns=columns)
    return Text("the cells under {columns}; nothing there is called so", columns=columns)


class _Proposing:
    """Looks for columns that are periods, in one table."""

    def __init__(self, table: Table, target: Target) -> None:
        self.table, self.target = table, target
        self.periods, self.values = period_members(target), value_members(target)
        self.names: Sequence[Names] = names_of(target)
        self.period_of = {c: period for c in table.columns if (period := period_in(c)) is not None}
        self.year_from = ""
        if len(self.period_of) < 2:
            self.period_of = _of_one_year(table) or self.period_of
        if len(self.period_of) < 2 and (beside := beside_a_year(table)):
            self.year_from, self.period_of = beside

    def spread(self) -> tuple[Spread, dict[str, str], frozenset[str]] | None:
        if not self.periods or not self.values or not self.period_of:
            return None
        self.survey = survey(replace(self.table, rows=lambda: islice(self.table.rows(), LOOKED_AT)))
        values = by_kind(self._values(), self.target)
        self._choose_members(values)
        if not values or self._is_no_spread(values):
            return None
        for value in values:
            _keep_apart(value)
        return self._spread_of(values)

    def with_note_of_parts(self) -> Table:
        """The table, with a note where its columns are months or quarters, and nothing says of which year."""
        parts = [column for column in self.table.columns if part_of_year(column) is not None]
        if not self.periods or self.period_of or len(parts) < PARTS_SAID_FROM:
            return self.table
        note = Note(
            "periods_without_year",
            Text(
                "{columns} are parts of a year, and nothing says of which: write it into their names, or into a title above them.",
                columns=shortened(parts),
            ),
        )  # fmt: skip
        return replace(self.table, notes=(*self.table.notes, note))

    def _values(self) -> list[AmountColumns]:
        values: dict[tuple[str, int], AmountColumns] = {}
        for column, period in _by_months(self.period_of).items():
            if self._is_filled_with_numbers(column):
                one = values.setdefault((folded(period.rest), 0), AmountColumns(period.rest))
                if period.text not in one.periods:
                    one.columns.append((column, period))
        several = [v for v in values.values() if len(v.columns) > 1 or self._match(v.rest)]
        parts = [v for v in several if not is_total(_BRACKETS.sub("", v.rest).strip())]
        return parts or several

    def _is_filled_with_numbers(self, column: str) -> bool:
        of = self.survey.columns[column]
        return fit(self.target.entry.name, self.values[0], of) >= ENOUGH

    def _match(self, rest: str) -> tuple[str, float] | None:
        """The member that the rest of a name means. A rest that says nothing means what every record needs."""
        if not _says_anything(rest):
            return self.values[0].path, 1.0
        match = max(matches(tuple(self.names), heading(rest)), key=lambda m: m.score, default=None)
        if match is None or match.score < BAR or match.field not in self.values:
            return None
        return match.field.path, match.score

    def _choose_members(self, values: list[AmountColumns]) -> None:
        """Each member for one kind of columns; several kinds are one where their periods are not the same."""
        for value in values:
            if match := self._match(value.rest):
                value.member, value.score = match
        by_member: dict[str, AmountColumns] = {}
        for value in sorted(values, key=lambda v: (-v.score, -len(v.columns))):
            first = by_member.setdefault(value.member, value)
            if first is value or not value.member:
                continue
            if first.periods & value.periods or unit_in_name(first.rest) != unit_in_name(value.rest):
                value.member, value.score = "", 0.0
            else:
                first.columns += value.columns
                first.rest = f"{first.rest} / {value.rest}".strip(" /")
                values.remove(value)
        principal = self.values[0].path
        unknown = [v for v in values if not v.member and not heading(v.rest).ideas & SAYING]
        if principal not in by_member and len(unknown) == 1:
            unknown[0].member, unknown[0].score = principal, 0.6

    def _is_no_spread(self, values: list[AmountColumns]) -> bool:
        """Whether other columns have the period and the amount already, or all there is is one period."""
        columns = {column for value in values for column, _ in value.columns}
        others = [heading(c) for c in self.table.columns if c not in columns]
        periods = {member.field.path for member in self.periods}
        paths = {match.field.path for of in others for match in matches(tuple(self.names), of)}
        has_period = bool(periods & paths)
        if all(len(value.columns) == 1 for value in values):
            return has_period or not any(value.member for value in values)
        return has_period and self.values[0].path in paths

    def _spread_of(self, values: list[AmountColumns]) -> tuple[Spread, dict[str, str], frozenset[str]]:
        columns = {c for value in values for c, _ in value.columns} | {c for v in values for c in v.totals}
        names = {c for c in self.table.columns if c not in columns}
        columns_of: dict[str, dict[str, str]] = {}
        members: dict[str, str] = {}
        for value in values:
            name = self._free(self._name(value), {*names, *columns_of})
            columns_of[name] = {column: self._text_of(period) for column, period in value.columns}
            if value.member:
                members[name] = value.member
        period_names = tuple(self._free(member.name, {*names, *columns_of}) for member in self.periods)
        year = ""
        first = self.periods[0]
        if first.field.of.is_year and any(n.grain != "year" for v in values for _, n in v.columns):
            year = self._free("Year", {*names, *columns_of, *period_names})
            members[year] = first.field.path
        else:
            members |= {name: m.field.path for name, m in zip(period_names, self.periods, strict=True)}
        totals = (*(c for v in values for c in v.totals), *self._totals(values, columns))
        kind = next((v.kind for v in values if v.kind), None)
        kind_name = ""
        if kind is not None:
            kind_name = self._free(kind.label(), {*names, *columns_of, *period_names, year})
            members[kind_name] = kind.path
        kinds = {column: of for v in values for column, of in v.kinds.items()}
        spread = Spread(
            values=columns_of, periods=period_names, year=year, totals=totals, year_from=self.year_from,
            kind=kind_name, kinds=kinds,
        )  # fmt: skip
        in_use = frozenset(members) & frozenset(columns_of)
        return spread, members, in_use

    def _text_of(self, period: NamedPeriod) -> str:
        return part_in(period.text) if self.year_from else period.text

    def _name(self, value: AmountColumns) -> str:
        if _says_anything(value.rest):
            return value.rest
        label = self.target.field(value.member or self.values[0].path).label()
        return f"{label} {value.rest}".strip()

    @staticmethod
    def _free(name: str, others: set[str]) -> str:
        number, free = 1, name
        while folded(free) in map(folded, others):
            number += 1
            free = f"{name} ({number})"
        return free

    def _totals(self, values: list[AmountColumns], columns: set[str]) -> Iterator[str]:
        """Columns that add the periods up: they are called so, or their cells show it."""
        for column in self.table.columns:
            of = self.survey.columns[column]
            if column in columns or not of.filled or fit(self.target.entry.name, self.values[0], of) < ENOUGH:
                continue
            if _is_called_total(column) or any(self._adds_up(column, value) for value in values):
                yield column

    def _adds_up(self, column: str, value: AmountColumns) -> bool:
        places = [self.table.columns.index(c) for c, _ in value.columns]
        place = self.table.columns.index(column)
        lines = agreeing = 0
        for row in islice(self.table.rows(), LOOKED_AT):
            parts = [figure_of(row.cells[p]) for p in places if is_value(row.cells[p])]
            total = figure_of(row.cells[place])
            if total is None or len(parts) < 2:
                continue
            lines += 1
            agreeing += is_sum(total, [part for part in parts if part is not None])
        return lines > 1 and agreeing >= NEARLY * lines


def is_sum(total: Decimal, parts: Sequence[Decimal]) -> bool:
    """Whether parts add up, but for what a spreadsheet loses in reckoning."""
    return abs(total - sum(parts, Decimal(0))) <= max(abs(total), Decimal(1)) * Decimal("1e-9")


def _is_called_total(column: str) -> bool:
    text = re.sub(r"(?<![0-9])[0-9]{2,4}(?:\s*[-–/]\s*[0-9]{2,4})?(?![0-9])", " ", _BRACKETS.sub(" ", column))
    words = folded(text).replace("-", " ").split()
    return is_total(" ".join(words)) or any(is_total(word) for word in words)


def _says_anything(rest: str) -> bool:
    """Whether the rest of a name has a word that is no unit."""
    return bool(heading(rest).ideas) and not re.fullmatch(r"\(\d+\)", rest)


def _of_one_year(table: Table) -> dict[str, NamedPeriod]:
    """Months or quarters without a year, where the sheet, its titles or the file name one year."""
    parts = {column: part for column in table.columns if (part := part_of_year(column)) is not None}
    if len({part for part, _ in parts.values()}) < 2:
        return {}
    for texts in ([table.sheet], table.titles, [table.file]):
        years = {year for text in texts for year in years_in(text)}
        if len(years) == 1:
            year = years.pop()
            periods = {column: in_year(part, year, rest) for column, (part, rest) in parts.items()}
            return {column: period for column, period in periods.items() if period is not None}
    return {}


def _by_months(periods: dict[str, NamedPeriod]) -> dict[str, NamedPeriod]:
    """Days that are all the first or the last of their months are these months; all the first of years, years."""
    days = [one.period.first for one in periods.values() if one.grain == "day"]
    if not days or not of_whole_months(days):
        return periods
    are_years = (
        len(days) > 1 and len({(day.month, day.day) for day in days}) == 1 and days[0].month in (1, 12)
    )
    return {column: _longer(one, are_years=are_years) for column, one in periods.items()}


def _longer(period: NamedPeriod, *, are_years: bool) -> NamedPeriod:
    if period.grain != "day":
        return period
    day: date = period.period.first
    other = period_in(f"{day:%Y}" if are_years else f"{day:%Y-%m}")
    return replace(other, rest=period.rest) if other else period


def _keep_apart(value: AmountColumns) -> None:
    """Of periods that overlap the shorter ones are kept: a longer one adds them up."""
    shortest: list[tuple[str, NamedPeriod]] = []
    for grain in reversed(GRAINS):
        for column, period in value.columns:
            if period.grain != grain:
                continue
            if any(
                value.kinds.get(c) == value.kinds.get(column) and _overlap(period, other)
                for c, other in shortest
            ):
                value.totals.append(column)
            else:
                shortest.append((column, period))
    value.columns = [one for one in value.columns if one in shortest]


def _overlap(one: NamedPeriod, other: NamedPeriod) -> bool:
    return one.period.first <= other.period.last and other.period.first <= one.period.last

"""What the names of columns say beside a period, or in its place: kinds of amounts (`Capex 2026`), debit and credit, months
beside a column with the year.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import islice

from services.imports.tables.oddities import figure_of
from services.imports.tables.periods import NamedPeriod, in_year, part_of_year
from services.imports.tables.spreads import Spread
from services.imports.tables.table import Table
from services.imports.tables.targets import Target, TargetField
from services.imports.tables.unfolding import YEAR_RANGE, is_value
from services.imports.tables.wordings import heading
from shared.base.text import folded

SAMPLE = 50
"""Rows in which it is seen whether a column holds years or amounts."""
DEBIT = frozenset(("debit", "soll", "belastung", "lastschrift"))
CREDIT = frozenset(("credit", "haben"))
"""Words of accounting: only both together, in two columns, mean the sides of an account."""


@dataclass(slots=True)
class AmountColumns:
    """The columns whose names say the same but for the period."""

    rest: str
    columns: list[tuple[str, NamedPeriod]] = field(default_factory=list)
    member: str = ""
    score: float = 0.0
    totals: list[str] = field(default_factory=list)
    kinds: dict[str, str] = field(default_factory=dict)
    """Column -> its kind, where names say that beside the period."""
    kind: TargetField | None = None

    @property
    def periods(self) -> set[str]:
        return {period.text for _, period in self.columns}


def value_members(target: Target) -> list[TargetField]:
    """The members that a column of a period may hold: amounts, else numbers; what every record needs stands first."""
    for kinds in (("money",), ("number", "integer")):
        fields = [f for f in target.columns if f.of.kind in kinds and f.use != "row" and not f.of.is_year]
        if fields:
            return sorted(fields, key=lambda f: not f.required)
    return []


def by_kind(values: list[AmountColumns], target: Target) -> list[AmountColumns]:
    """Columns whose names differ by a choice are one value with that choice: `Capex 2026` and `Opex 2026` an amount."""
    for member in target.columns:
        if member.of.kind != "choice" or member.path == target.model.state:
            continue
        of_rest: dict[str, list[tuple[str, str, AmountColumns]]] = {}
        for value in values:
            if match := _choice_in(value.rest, member):
                choice, rest = match
                of_rest.setdefault(folded(rest), []).append((choice, rest, value))
        for alike in of_rest.values():
            if len({choice for choice, _, _ in alike}) < 2:
                continue
            one = AmountColumns(alike[0][1], kind=member)
            for choice, _, value in alike:
                one.columns += value.columns
                one.kinds |= {column: choice for column, _ in value.columns}
            others = [value for value in values if all(value is not v for _, _, v in alike)]
            return [one, *others]
    return values


def _choice_in(rest: str, member: TargetField) -> tuple[str, str] | None:
    """The choice that a name has in it as a word, and the rest of the name."""
    words = rest.split()
    places = [
        (i, choice)
        for i, word in enumerate(words)
        for choice in member.of.choices
        if folded(word) == folded(choice)
    ]
    if len(places) != 1:
        return None
    place, choice = places[0]
    return choice, " ".join(words[:place] + words[place + 1 :])


def beside_a_year(table: Table) -> tuple[str, dict[str, NamedPeriod]] | None:
    """The column with the year, and the months or quarters beside it; these in a year that stands for each."""
    parts = {column: part for column in table.columns if (part := part_of_year(column)) is not None}
    if len({part for part, _ in parts.values()}) < 2:
        return None
    years = [c for c in table.columns if heading(c).ideas == {"year"} and _holds_years(table, c)]
    if len(years) != 1:
        return None
    periods = {column: in_year(part, 2000, rest) for column, (part, rest) in parts.items()}
    return years[0], {column: period for column, period in periods.items() if period is not None}


def _holds_years(table: Table, column: str) -> bool:
    place = table.columns.index(column)
    cells = [row.cells[place] for row in islice(table.rows(), SAMPLE) if is_value(row.cells[place])]
    return bool(cells) and all(
        (number := figure_of(cell)) is not None and number in YEAR_RANGE for cell in cells
    )


def debit_and_credit(table: Table, target: Target) -> tuple[Spread, dict[str, str], frozenset[str]] | None:
    """An amount in two columns, one for each side of an account: what is credited counts below zero."""
    debit, credit = _only(table, DEBIT), _only(table, CREDIT)
    amounts = [f for f in value_members(target) if f.required]
    days = any(f.required and f.of.kind == "day" for f in target.columns)
    if not debit or not credit or debit == credit or len(amounts) != 1 or not days:
        return None
    others = {folded(column) for column in table.columns}
    side = next(name for name in ("Side", "Debit or credit") if folded(name) not in others)
    name = next(n for n in (amounts[0].label(), f"{debit} / {credit}") if folded(n) not in others)
    spread = Spread(values={name: {debit: "debit", credit: "credit"}}, periods=(side,), negative=(credit,))
    return spread, {name: amounts[0].path}, frozenset((name,))


def _only(table: Table, words: frozenset[str]) -> str:
    """The one column that has such a word in its name, and amounts; empty where there is none, or several."""
    columns = [
        c for c in table.columns if words.intersection(folded(c).replace("(", " ").replace(")", " ").split())
    ]
    return columns[0] if len(columns) == 1 and _holds_amounts(table, columns[0]) else ""


def _holds_amounts(table: Table, column: str) -> bool:
    place = table.columns.index(column)
    cells: Sequence[object] = [row.cells[place] for row in islice(table.rows(), SAMPLE)]
    return all(figure_of(cell) is not None for cell in cells if is_value(cell))  # type: ignore[arg-type]

"""By which columns the rows of a table are known, the same the next time."""

import re
from collections.abc import Mapping, Sequence
from itertools import islice

from services.imports.tables.conventions import Survey
from services.imports.tables.fitting import is_unique, share_where
from services.imports.tables.periods import period_in
from services.imports.tables.spreads import Unfolding
from services.imports.tables.surveying import ColumnSurvey
from services.imports.tables.table import Row, Table
from services.imports.tables.targets import ID, KEY, Target
from shared.base.texts import Text

CODES = ("code", "number", "wbs", "email", "document")
"""Members that are short names: where each row has its own, it is a key."""
LOOKED_AT = 100_000
"""Rows in which it is seen whether several columns together tell them apart."""
MOST = 5
"""Columns of a key."""
MOSTLY, SLIPS = 0.75, 0.05
"""Of all rows, how many have a key at least, and how many repeat one at most."""
_ORDER = ("reference", "day", "integer", "line", "choice", "money")
"""Which kinds of member tell records apart, the ones that change least first; amounts only where nothing else does."""
_CODE = re.compile(r"(?=.*[0-9])(?:[A-Z0-9][A-Z0-9._-]{4,39}|(?=.*[A-Z])[A-Z0-9._-]{2,40})")

Key = tuple[tuple[str, ...], Text]
"""The columns, and why."""


def key_of(table: Table, survey: Survey, target: Target, filled: Mapping[str, str]) -> Key:
    """The key columns; none where rows are known by id, by code or by name. `filled` are the columns by their members."""
    if ID in filled:
        return (), Text("rows are known by the ids that Portolan gave them")
    if table.unfolding is not None and not table.unfolding.spread.negative:
        return _key_of_periods(table, target, filled, table.unfolding)
    for member in (KEY, *CODES):
        if member in filled and _is_key(survey.columns[filled[member]], survey.rows):
            return (filled[member],), Text("each row has its own there")
    title = target.entry.title[0] if target.entry.title else ""
    has_title = title in filled and target.field(title).of.kind == "line"
    if has_title and not _scopes(target, filled) and is_unique(survey.columns[filled[title]], survey.rows):
        return (), Text("rows are known by their names, each of which stands once in the table")
    base, others = _candidates(target, filled)
    columns = _telling_apart(table, [filled[path] for path in base], [filled[path] for path in others])
    if columns:
        return columns, Text("together they tell the rows apart")
    if (column := _untaken_key(table, survey, filled)) is not None:
        return (column,), Text("each row has its own there")
    if KEY in filled:
        return (filled[KEY],), Text("it is called so, but rows repeat it")
    return (), Text("no columns tell the rows apart: name those that do")


def _untaken_key(table: Table, survey: Survey, filled: Mapping[str, str]) -> str | None:
    """A column with a code of its own in each row, whatever it is called."""
    others = (column for column in table.columns if column not in filled.values())
    return next(
        (c for c in others if is_code(survey.columns[c]) and is_unique(survey.columns[c], survey.rows)), None
    )


def _key_of_periods(table: Table, target: Target, filled: Mapping[str, str], unfolding: Unfolding) -> Key:
    """The key of the lines of the sheet, and the period."""
    spread = unfolding.spread
    period, kinds = spread.periods[0], [spread.kind] if spread.kind else []
    for member in (KEY, *CODES):
        if member in filled and (columns := _telling_apart(table, [filled[member], period, *kinds], [])):
            return columns, Text("each line has its own there, and each of its rows a period")
    paths = [path for path, column in filled.items() if column in unfolding.others]
    base, others = _candidates(target, {path: filled[path] for path in paths})
    others = [path for path in others if target.field(path).of.kind != "money"]  # it is what changes
    describing = [c for c in unfolding.others if c not in filled.values() and period_in(c) is None]
    columns = _telling_apart(
        table, [period, *kinds, *(filled[p] for p in base)], [*(filled[p] for p in others), *describing]
    )
    if columns:
        return (*columns[1:], columns[0]), Text("together they tell the rows apart")
    return (), Text("no columns tell the rows apart: name those that do")


def _is_key(survey: ColumnSurvey, rows: int) -> bool:
    """Whether nearly each row has a text of its own there; those without, and those that repeat one, are findings."""
    repeated = sum(count - 1 for count in survey.texts.values())
    return survey.filled >= MOSTLY * rows and repeated <= SLIPS * survey.filled


def is_code(survey: ColumnSurvey) -> bool:
    """Whether keys can be the codes by which people name records: `IT-1001`, but not 1, 2, 3."""
    return (
        survey.filled > 0
        and survey.is_complete
        and share_where(survey, lambda t: bool(_CODE.fullmatch(t))) == 1.0
    )


def _scopes(target: Target, filled: Mapping[str, str]) -> list[str]:
    """What a record belongs to for good, such as its project: names are unique within it only."""
    return [
        f.path
        for f in target.fields
        if f.path in filled and f.of.kind == "reference" and f.use == "at creation"
    ]


def _candidates(target: Target, filled: Mapping[str, str]) -> tuple[list[str], list[str]]:
    """What belongs to a key of several columns, and what may be added while it does not tell the rows apart, best first.

    A key has all that a record belongs to for good, whether or not this table needs it: the next one may.
    """
    steps = (target.model.state, target.entry.state)  # what moves change tells nothing apart for long
    fields = [
        f
        for f in target.columns
        if f.path in filled and f.of.kind in _ORDER and f.path not in steps and not f.moves
    ]
    firm = [f for f in fields if f.required or f.use == "at creation"]
    days = [f for f in firm if f.of.kind == "day"][:1]
    base = [f for f in fields if f.path == KEY or f.of.name in CODES]
    base += [f for f in firm if f.of.kind == "reference" or f in days or f.of.is_year]
    others = sorted(
        (f for f in fields if f not in base),
        key=lambda f: (f.of.kind == "money", f not in firm, _ORDER.index(f.of.kind)),
    )
    return [f.path for f in base], [f.path for f in others]


def _telling_apart(table: Table, base: Sequence[str], others: Sequence[str]) -> tuple[str, ...]:
    """The base with as many of the others as tell the rows apart; none where they do not. Rows that are the same in all
    cells count once."""
    columns = [*base, *others][: max(MOST, len(base))]
    places = [table.columns.index(column) for column in columns]
    rows = list({hash(row.cells): _cells(row, places) for row in islice(table.rows(), LOOKED_AT)}.values())
    for count in range(max(1, len(base)), len(places) + 1):
        if _are_apart(rows, range(count)):
            return tuple(columns[:count])
    return ()


def _cells(row: Row, places: Sequence[int]) -> tuple[str, ...]:
    """Their texts; a row of another width than its heading has too few."""
    cells = (row.cells[place] if place < len(row.cells) else None for place in places)
    return tuple(str(cell).strip() if cell is not None else "" for cell in cells)


def _are_apart(rows: Sequence[tuple[str, ...]], places: Sequence[int]) -> bool:
    keys = [key for row in rows if any(key := tuple(row[place] for place in places))]
    return bool(keys) and len(set(keys)) == len(keys)

"""Proposes which column of a table fills which member: from names and from cells, each with its reason.

A column fills one member and a member is filled by one column. The surest pairs go first, so that what is called exactly
as a member gets it, and a column that might mean it looks further. What is not sure enough is not taken, and why is said.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from msgspec.structs import replace

from services.imports.tables import elsewhere, wordings
from services.imports.tables.choices import propose_values
from services.imports.tables.conventions import ColumnSurvey, Question, Survey, with_conventions
from services.imports.tables.decisions import is_share_of_week
from services.imports.tables.fitting import (
    ENOUGH,
    ENOUGH_CHOICES,
    fit,
    is_currency,
    is_like_a_key,
    is_mail,
    share_where,
)
from services.imports.tables.keys import is_code, key_of
from services.imports.tables.mapping import By, ColumnMapping
from services.imports.tables.mapping import Mapping as TableMapping
from services.imports.tables.naming import (
    BAR,
    GRADES,
    IDENTIFIERS,
    MADE_UNASKED,
    Basis,
    Match,
    Names,
    matches,
    names_of,
)
from services.imports.tables.open_questions import open_questions
from services.imports.tables.periods import part_of_year, period_in
from services.imports.tables.showing import members_shown, says_nothing
from services.imports.tables.sources import source_of
from services.imports.tables.spreading import SAYING, laid_out, of_unfolded, says_other_amounts, with_days
from services.imports.tables.table import Table
from services.imports.tables.targets import CURRENCY, ID, KEY, VERSION, Target, TargetField
from services.imports.tables.units import PLAIN, Unit, currencies_of, unit_in_name
from services.imports.tables.wordings import Heading, heading
from shared.base.texts import Text
from shared.contracts.words import Called

PLANS = (
    {"forecast_start_on": "planned_start_on", "forecast_finish_on": "planned_finish_on"},
    {"forecast_cost": "planned_cost"},
)
"""Members of a forecast -> those of the plan that tables mean by the same words."""
BELOW_GROUP = 0.95
"""How much less sure a name is without the group that it stands below."""
MOST_UNMATCHED = 20
"""Texts that are named as standing for no choice."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a column is taken for a member, or not taken."""

    text: Text
    confidence: float = 0.0
    """From 0, not taken, to 1: called so in Portolan."""
    unmatched: tuple[str, ...] = ()
    """Texts of its cells that stand for none of the choices, until the mapping says for which: `values`."""


@dataclass(frozen=True)
class Proposal:
    """A mapping to look at, with what it rests on."""

    mapping: TableMapping
    reasons: Mapping[str, Reason]
    """By the name of the column, of all columns."""
    questions: tuple[Question, ...] = ()
    """What must be said before all cells can be read."""
    missing: tuple[TargetField, ...] = ()
    """Members that a new record needs and no column fills: `constants` may."""
    key_reason: str = ""
    """Why rows are known by these columns."""

    def comments(self) -> dict[str, list[str]]:
        """What stands above each column in a file: why it is taken, and what must be said of it."""
        lines = {column: [str(reason.text)] for column, reason in self.reasons.items()}
        for column, reason in self.reasons.items():
            if reason.unmatched:
                lines[column].append(
                    f"values: say what these stand for: {', '.join(map(repr, reason.unmatched))}"
                )
        for question in self.questions:
            lines[question.column].append(f"{question.setting}: {question.text}")
        return lines


@dataclass
class _Column:
    """One column while its member is sought."""

    name: str
    heading: Heading
    survey: ColumnSurvey
    matches: list[Match]
    """What it may mean, the surest first; cells that do not fit make less sure."""
    misfit: Match | None = None
    """What it is called like, although its cells cannot be that."""
    member: Match | None = None
    joined: tuple[str, ...] = ()
    """The columns whose cells belong behind its own."""
    mapping: ColumnMapping = field(default_factory=lambda: ColumnMapping(column=""))


def propose(table: Table, survey: Survey, target: Target) -> Proposal:
    """The mapping of a table that was surveyed, with a reason for each of its columns."""
    names = names_of(target)
    columns = [_column(name, survey.columns[name], names, target) for name in table.columns]
    _look_below_groups(columns, table, names, target)
    _take_periods(columns, table, target)
    _assign(columns)
    _take_plan_first(columns, target)
    _take_what_cells_show(columns, survey.rows, target)
    _take_currencies(columns, target)
    _leave_lone_version(columns)
    _join_parts(columns, target)
    reasons = {column.name: _reason(column, columns, target, names, table) for column in columns}
    filled = {c.member.field.path: c for c in columns if c.member and c.member.field.is_taken}
    for path, column in filled.items():
        column.mapping = _settings(column, target.field(path), target, survey)
        if of_title := _unit_above(column, table):
            column.mapping = replace(column.mapping, currency=of_title.currency, scale=of_title.scale)
            reasons[column.name] = _with_unit(reasons[column.name])
        if table.unfolding is not None and column.name in table.unfolding.spread.periods:
            column.mapping = with_days(column.mapping, target)
    key, key_reason = key_of(table, survey, target, {path: column.name for path, column in filled.items()})
    _take_codes(key, filled, target)
    mapping = TableMapping(
        register=target.register,
        source=source_of(table.file, target.name.replace(".", "-")),
        key=key,
        columns=tuple(
            column.mapping if column.mapping.column else ColumnMapping(column=column.name)
            for column in columns
        ),
        sheet=table.sheet,
        header_line=table.header_line,
        spread=table.unfolding.spread if table.unfolding is not None else None,
    )
    missing = tuple(f for f in target.fields if f.required and f.path not in filled)
    return Proposal(mapping, reasons, tuple(open_questions(mapping, survey, target)), missing, key_reason)


def table_for(tables: Sequence[Table], target: Target) -> Table:
    """Of the tables of a file the one that has what a new record needs, and whose columns name most members of the target;
    of equal ones the first."""
    names = [one for one in names_of(target) if one.field.is_taken]

    needed = {field.path for field in target.fields if field.required}

    def suitability(table: Table) -> tuple[bool, bool, int]:
        rows = laid_out(table, target)
        members = {*rows.unfolding.members.values()} if rows.unfolding is not None else set()
        matching = [[m for one in names if (m := one.match(heading(column)))] for column in rows.columns]
        members_named = {match.field.path for of_column in matching for match in of_column} | members
        return (
            needed <= members_named,
            not says_other_amounts(table, target),
            sum(map(bool, matching)) + len(members),
        )

    return tables[0] if len(tables) == 1 else max(tables, key=suitability)


def _column(name: str, survey: ColumnSurvey, names: Sequence[Names], target: Target) -> _Column:
    of = heading(name)
    kind = target.entry.name
    misfit = None
    fitting: list[Match] = []
    for match in matches(tuple(names), of):
        share = fit(kind, match.field, survey)
        if match.basis == "noun":  # `Project` alone: keys where they look so, else names
            keys = share_where(survey, is_like_a_key) if survey.filled else 0.0
            share = keys if match.field.path == KEY else 1.0 - keys
        if match.basis == "possible" and survey.longest > (match.field.of.longest or survey.longest):
            share = 0.0  # a description that is no short one
        is_sure = match.field.of.kind == "choice" and match.score >= GRADES["words"]
        if share >= (ENOUGH_CHOICES if is_sure else ENOUGH):
            fitting.append(Match(match.field, match.basis, match.score * (0.9 + 0.1 * share)))
        elif misfit is None or match.score > misfit.score:
            misfit = match
    fitting.sort(key=lambda match: -match.score)
    return _Column(name, of, survey, fitting, misfit)


def _look_below_groups(
    columns: Sequence[_Column], table: Table, names: Sequence[Names], target: Target
) -> None:
    """Of names over two lines the lower one alone, where the group above says nothing of what it means."""
    lower = {c.name: c.name.removeprefix(table.groups.get(c.name, "")).strip() for c in columns}
    for column in columns:
        group, own = table.groups.get(column.name, ""), lower[column.name]
        if not group or own == column.name or column.matches or heading(group).ideas & SAYING:
            continue
        if list(lower.values()).count(own) == 1:
            of_own = _column(own, column.survey, names, target)
            column.matches = [Match(m.field, m.basis, m.score * BELOW_GROUP) for m in of_own.matches]
            column.misfit = column.misfit or of_own.misfit


def _take_periods(columns: Sequence[_Column], table: Table, target: Target) -> None:
    """What stood in columns of the sheet has its members from there."""
    if table.unfolding is None:
        return
    by_name = {column.name: column for column in columns}
    for name in table.unfolding.spread.new_columns:
        by_name[name].matches = []
    for name, path in table.unfolding.members.items():
        by_name[name].member = Match(target.field(path), "periods", GRADES["periods"])


def _assign(columns: Sequence[_Column]) -> None:
    """The surest pairs first; of columns as sure, the one that means nothing else, then the one further to the left."""
    pairs = [
        (-match.score, len(column.matches), place, column, match)
        for place, column in enumerate(columns)
        for match in column.matches
        if match.score >= BAR
    ]
    filled = {column.member.field.path for column in columns if column.member}
    for *_, column, match in sorted(pairs, key=lambda pair: pair[:3]):
        if column.member is None and (match.field.path not in filled or not match.field.is_taken):
            column.member = match
            filled.add(match.field.path)
    for column in columns:  # what a record cannot do without goes before what it can
        for match in column.matches:
            is_free = column.member is None or not column.member.field.required
            if match.field.required and match.field.path not in filled and match.score >= BAR and is_free:
                column.member = match
                filled.add(match.field.path)


def _take_plan_first(columns: Sequence[_Column], target: Target) -> None:
    """`Début prévu` and `Expected end` are the plan where no other column is; beside one of the plan, the forecast."""
    filled = {column.member.field.path: column for column in columns if column.member}
    if ID in filled:
        return
    for members in PLANS:
        if any(planned in filled for planned in members.values()):
            continue
        for forecast, planned in members.items():
            column = filled.get(forecast)
            if column and target.has(planned) and column.heading.may_be_planned:
                column.member = Match(target.field(planned), "likely", GRADES["likely"])


def _take_what_cells_show(columns: Sequence[_Column], rows: int, target: Target) -> None:
    """Columns whose names say nothing, by their cells, as far as one member only comes into question."""
    filled = {column.member.field.path for column in columns if column.member}
    for column in columns:
        if column.member is None and says_nothing(column.heading) and not _is_period(column.name):
            for of in members_shown(column.survey, rows, target, filled):
                column.member = Match(of, "values", GRADES["values"])
                filled.add(of.path)


def _is_period(name: str) -> bool:
    return period_in(name) is not None or part_of_year(name) is not None


def _take_currencies(columns: Sequence[_Column], target: Target) -> None:
    """Columns of currencies: one beside an amount is that amount's, without a name in a list that is taken from Portolan;
    one for several amounts is the row's."""
    amounts = [c for c in columns if c.member and c.member.field.of.kind == "money"]
    beside = {id(column): before for before, column in pairwise(columns) if before in amounts}
    candidates = [c for c in columns if c.member is None and _is_of_currencies(c, id(c) in beside, target)]
    if len(candidates) == 1 and len(amounts) > 1 and len(candidates[0].name) > 2:
        candidates[0].member = Match(target.field(CURRENCY), "sure", 0.9)
        return
    for column in candidates:
        amount = beside.get(id(column)) or (amounts[0] if len(amounts) == 1 else None)
        if amount is not None and amount.member is not None:
            column.member = Match(target.field(f"{amount.member.field.path}.currency"), "values", 0.9)


def _is_of_currencies(column: _Column, is_beside_amount: bool, target: Target) -> bool:
    is_called_so = bool(column.heading.ideas) and column.heading.ideas <= {"currency", "code"}
    is_called_so = is_called_so or (
        column.survey.filled > 0 and share_where(column.survey, is_currency) == 1.0
    )
    if not (is_called_so or (is_beside_amount and len(column.name) <= 2)) or not target.has(CURRENCY):
        return False
    return (
        bool(column.survey.filled) and fit(target.entry.name, target.field(CURRENCY), column.survey) >= ENOUGH
    )


def _take_codes(key: Sequence[str], filled: Mapping[str, _Column], target: Target) -> None:
    """Keys that look like codes become those by which people name records, where no column says the codes."""
    column = filled.get(KEY)
    if column is None or [column.name] != list(key) or "code" in filled or not is_code(column.survey):
        return
    if target.has("code") and target.field("code").use == "at creation":
        column.mapping = replace(column.mapping, member="code")


def _join_parts(columns: Sequence[_Column], target: Target) -> None:
    """What no column says whole may stand in several: first name and last name."""
    filled = {column.member.field.path for column in columns if column.member}
    for of in target.columns:
        for ideas in wordings.parts(target.entry.name, of.path):
            members = [_part(columns, idea, target, of.path) for idea in ideas]
            owners = [column for column in columns if column.member and column.member.field.path == of.path]
            if all(members) and (of.path not in filled or any(column in members for column in owners)):
                for column in owners:
                    column.member = None
                first, *others = [column for column in members if column]
                first.member = Match(of, "likely", GRADES["likely"])
                first.joined = tuple(column.name for column in others)
                filled.add(of.path)
                break


def _part(columns: Sequence[_Column], idea: str, target: Target, path: str) -> "_Column | None":
    """The column with a part; one that was taken for the whole may be one: `Name` beside `Vorname`."""
    ideas = ({idea}, {idea, target.entry.name})
    free = (c for c in columns if c.member is None or c.member.field.path == path)
    return next((c for c in free if c.heading.ideas in ideas), None)


def _leave_lone_version(columns: Sequence[_Column]) -> None:
    """A version without the id of the record is one of something else."""
    has_id = any(column.member and column.member.field.path == ID for column in columns)
    for column in columns:
        if column.member and column.member.field.path == VERSION and not has_id:
            column.member, column.matches = None, []


def _settings(column: _Column, of: TargetField, target: Target, survey: Survey) -> ColumnMapping:
    """How the cells are read, as far as the name and the cells say."""
    by: By | None = None
    makes = False
    if of.of.kind == "reference":
        by = _by(column)
        makes = by in (None, "name", "email") and of.of.names in MADE_UNASKED
    values = propose_values(of.of, column.survey, of.owner(target.entry.name)).values
    mapping = ColumnMapping(
        column=column.name, member=of.path, joined=column.joined, by=by, makes=makes, values=values
    )
    if target.full_week and is_share_of_week(of.of, mapping, column.survey):
        mapping = replace(mapping, full_week=target.full_week)
    return with_conventions(of.of, mapping, column.survey)


def _unit_above(column: _Column, table: Table) -> Unit | None:
    """The unit of amounts that a title above the table says, where neither the name nor the cells of a column say one."""
    is_amount = column.member is not None and column.member.field.of.kind == "money"
    if not is_amount or unit_in_name(column.name) != PLAIN or column.survey.currencies:
        return None
    units = {unit for title in table.titles if (unit := unit_in_name(title)) != PLAIN and not unit.percent}
    if len(units) != 1:
        return None
    unit = units.pop()
    currencies = currencies_of(unit.currency) if unit.currency else ()
    return Unit(currencies[0] if len(currencies) == 1 else "", unit.scale)


def _with_unit(reason: Reason) -> Reason:
    text = Text("{reason}; its unit stands above the table", reason=reason.text)
    return Reason(text, reason.confidence, reason.unmatched)


def _by(column: _Column) -> By | None:
    """By what the cells name things, where they leave no doubt; else every way is tried."""
    texts = column.survey
    if not texts.filled:
        return None
    if share_where(texts, is_mail) >= ENOUGH:
        return "email"
    if share_where(texts, is_like_a_key) < 0.2 and not column.heading.ideas & (IDENTIFIERS - {"name"}):
        return "name"
    return None


def _reason(
    column: _Column, columns: Sequence[_Column], target: Target, names: Sequence[Names], table: Table
) -> Reason:
    if table.unfolding is not None and (reason := of_unfolded(column.name, table.unfolding)):
        return Reason(reason, column.member.score if column.member else 0.0)
    if column.member is not None:
        of = column.member.field
        if not of.is_taken:
            return Reason(target.untaken(of, called(target, of)))
        unmatched = propose_values(of.of, column.survey, of.owner(target.entry.name)).unmatched
        return Reason(
            _basis(column.member.basis, target, of), column.member.score, unmatched[:MOST_UNMATCHED]
        )
    if first := next((c for c in columns if column.name in c.joined and c.member), None):
        member = called(target, first.member.field) if first.member else ""
        return Reason(Text("{member} is made of it and of {other!r}", member=member, other=first.name))
    if column.matches:
        best = column.matches[0].field
        other = next(c.name for c in columns if c.member and c.member.field.path == best.path)
        return Reason(
            Text("{member} is filled by {other!r} already", member=called(target, best), other=other)
        )
    if column.misfit is not None and not column.misfit.field.is_taken:
        return Reason(target.untaken(column.misfit.field, called(target, column.misfit.field)))
    period = period_in(column.name)
    if period and (reason := elsewhere.reason(heading(period.rest), column.survey, target)):
        return Reason(reason)
    if reason := elsewhere.reason(column.heading, column.survey, target):
        return Reason(reason)
    if column.misfit is not None:
        sample = ", ".join(column.survey.samples)
        member = called(target, column.misfit.field)
        return Reason(
            Text(
                "called like {member}, but its cells are nothing of the kind: {sample}",
                member=member,
                sample=sample,
            )
        )
    if reason := elsewhere.of_another_register(column.heading, target):
        return Reason(reason)
    if near := next((one for one in names if one.field.is_taken and one.resembles(column.heading)), None):
        return Reason(
            Text("resembles {member}, and may be something else", member=called(target, near.field))
        )
    return Reason(Text("nothing there is called so"))


def _basis(basis: Basis, target: Target, of: TargetField) -> Text:
    member = called(target, of)
    match basis:
        case "label" | "name":
            return Text("it is called so: {member}", member=member)
        case "sure" | "words":
            return Text("a usual name for {member}", member=member)
        case "values":
            return Text("its cells look like {member}; check it", member=member)
        case _:
            return Text("often means {member}; check it", member=member)


def called(target: Target, of: TargetField) -> str:
    """A member by its label, in the language of the sentence; an own field as the organisation calls it."""
    if of.path.startswith("custom."):
        return of.label()
    return Called("member", f"{target.entry.name}.{of.path}", of.label())

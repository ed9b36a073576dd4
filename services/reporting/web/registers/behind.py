"""The rows behind a figure: what a dashboard counted or summed, as a list with the names of a register.

A register is narrowed by what its service knows. A figure rests on what reporting knows: a day, and a portfolio with
everything under it. So these rows are read as the dashboards read theirs, and their number is the figure's.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from services.reporting.directory.kinds import kinds
from services.reporting.directory.sight import sight_in
from services.reporting.history.view import states_by_id
from services.reporting.reading import Reading, State
from services.reporting.scope import ScopedQuery
from services.reporting.web.registers.lists import Column, ListReader, Query, Row, first_of
from shared.base.errors import Fault, Malformed, NotFound
from shared.base.text import sort_key
from shared.contracts.forms import Entry, FormModel, shared_kinds
from shared.http.query import LARGEST_PAGE, reader_of

PLACE = ("as_of", "portfolio_id", "project_id")
"""Parameters by which a dashboard is narrowed too."""
ONGOING = "ongoing"
"""`ongoing=true`: without what belongs to projects that have ended."""
OF_THE_PAGE = ("amounts", "sort", "first")
NOTHING = "none"
"""The value of a member that is not set."""

REGISTERS, ROWS = "/registers/", "/rows/"

_read = reader_of(ScopedQuery)


@dataclass(frozen=True)
class RowsBehind:
    """One page of them."""

    columns: Sequence[Column]
    rows: Sequence[Row]
    total: int
    first: int
    """The number of the first row among all, from 1."""
    following: str
    """The number of the first row of the next page; nothing on the last one."""
    conditions: Sequence[tuple[str, str]]
    """The members that they are narrowed by, with the values."""


def scoped(query: Query) -> ScopedQuery:
    """The day and place that an address names; Malformed where one is not acceptable."""
    return _read({name: list(query[name]) for name in PLACE if name in query})


def _column(column: Column) -> Column:
    """Sorted here, not in the register."""
    return replace(column, sort=column.sort.replace(REGISTERS, ROWS, 1))


async def rows_behind(reading: Reading[ScopedQuery], reader: ListReader) -> RowsBehind:
    """The page of rows that the address of `reader` says; NotFound for what belongs to no project."""
    entry, model, query = reader.entry, reader.model, reader.query
    if entry.name in shared_kinds() or "project_id" not in model.by_name:
        raise NotFound("there is no such resource")
    wishes = _wishes(model, query)
    try:
        states = [s for s in await readable(reading, entry) if _fits(s, wishes)]
    except LookupError as error:  # restricted ones are not folded
        raise NotFound("there is no such resource") from error
    if query.get(ONGOING):
        ended = await reading.ended_projects()
        states = [s for s in states if s["project_id"] not in ended]
    order = (query.get("sort") or (_order_of(model),))[0]
    states = _sorted(states, order, entry)
    first = first_of(query)
    page = states[first - 1 : first - 1 + LARGEST_PAGE]
    rows = await reader.rows(page)
    end = first + len(page)
    return RowsBehind(
        [_column(c) for c in reader.columns()], rows, len(states), first, str(end) if end <= len(states) else "",
        _conditions(reader, wishes),
    )  # fmt: skip


async def readable(reading: Reading[ScopedQuery], entry: Entry) -> list[State]:
    """Those in scope that the reader may read in the service of the register too, as its own list shows them."""
    states, sight = (
        await reading.states_in_scope(entry.name),
        sight_in(reading.call.rights, entry.service, "read"),
    )
    if sight.is_everything:
        return states
    members = kinds()[entry.key].entry.scope
    return [state for state in states if sight.shows(state.get(member) for member in members)]


def _wishes(model: FormModel, query: Query) -> dict[str, set[str]]:
    """Path of a member -> the values that are wanted; Malformed for what is no member."""
    wishes = {n: set(v) for n, v in query.items() if n not in (*PLACE, *OF_THE_PAGE, ONGOING)}
    for name in wishes:
        if name.split(".")[0] not in model.by_name:
            raise Malformed(
                "a query parameter is not one of this operation",
                Fault("unknown_parameter", "not a parameter of this operation", parameter=name[:80]),
                code="unknown_parameter",
            )
    return wishes


def _fits(state: State, wishes: Mapping[str, set[str]]) -> bool:
    return all(_text_at(state, path) in values for path, values in wishes.items())


def _text_at(state: State, path: str) -> str:
    value: Any = state
    for name in path.split("."):
        value = value.get(name) if isinstance(value, dict) else None
    return NOTHING if value is None else str(value)


def _order_of(model: FormModel) -> str:
    """The worst first, or by the label."""
    return "-score" if "score" in model.sorts else model.entry.title[0]


def _sorted(states: Iterable[State], order: str, entry: Entry) -> list[State]:
    """By a member, unknown values last; then by the label."""
    name, is_down = order.removeprefix("-"), order.startswith("-")
    by_label = sorted(states, key=lambda s: (*(sort_key(str(s.get(t) or "")) for t in entry.title), s["id"]))
    with_value = [s for s in by_label if s.get(name) is not None]
    with_value.sort(key=lambda s: _rank(s[name]), reverse=is_down)
    return with_value + [s for s in by_label if s.get(name) is None]


def _rank(value: Any) -> tuple[str, float]:
    """Numbers by size, amounts within their currency, texts as people sort them."""
    if isinstance(value, dict):
        return str(value.get("currency", "")), float(value.get("amount", 0))
    return ("", float(value)) if isinstance(value, int | float) else (sort_key(str(value)) or "", 0.0)


def _conditions(reader: ListReader, wishes: Mapping[str, set[str]]) -> list[tuple[str, str]]:
    """In the words of the page."""
    naming, words, entry = reader.shower.naming, reader.shower.words, reader.entry
    conditions = []
    for path, values in wishes.items():
        of = reader.model.by_name[path.split(".")[0]]
        texts = [
            words.gettext("not set")
            if v == NOTHING
            else naming.value(entry, path, v)
            if of.kind == "choice"
            else v
            for v in (c for c in (*of.choices, *sorted(values)) if c in values)
        ]
        conditions.append((naming.member(entry, path), ", ".join(dict.fromkeys(texts))))
    return conditions


async def place_of(reading: Reading[ScopedQuery]) -> tuple[str, str]:
    """The name and page of the portfolio or project that the rows are of; empty where they are of everything."""
    query = reading.query
    kind, id = ("project", query.project_id) if query.project_id else ("portfolio", query.portfolio_id)
    if not id:
        return "", ""
    is_seen = reading.sight.sees(id)  # of a node alone that says something: the kind is asked for as well
    places = await states_by_id(reading.store, [id], reading.at.until, kind) if is_seen else {}
    if id not in places:
        raise NotFound("there is no such resource")
    return str(places[id]["name"]), f"/{kind}/{id}"

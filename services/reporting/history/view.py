"""States as of a day: the newest version of each aggregate that was effective by its end.

They may be many, so they are read beside the event loop.
"""

import json
from collections.abc import Sequence
from typing import Any, NamedTuple

from shared.base.turns import in_turns
from shared.contracts.catalogue import entries
from shared.domain.access.conditions import visible
from shared.domain.access.rights import Sight
from shared.store import Store

AT_ONCE = 500
STATES_NOW = "SELECT state FROM current_state h WHERE aggregate_type = ?"
STATES_THEN = """
SELECT h.state FROM history h
JOIN (SELECT aggregate_id, MAX(version) AS version FROM history WHERE aggregate_type = ? AND effective_at <= ?
      GROUP BY aggregate_id) newest
  ON newest.aggregate_id = h.aggregate_id AND newest.version = h.version
"""


async def states(
    store: Store, aggregate_type: str, until: int | None, sight: Sight, *, archived: bool = False
) -> list[dict[str, Any]]:
    """All aggregates of a type that are seen, archived ones only where asked for; `until` is microseconds, None means
    now."""
    condition = visible(sight, ("h.scope",), store.dialect)
    text, params = (
        (STATES_NOW, (aggregate_type,)) if until is None else (STATES_THEN, (aggregate_type, until))
    )
    if condition is not None:
        text, params = (
            f"{text} {'AND' if until is None else 'WHERE'} {condition[0]}",
            (*params, *condition[1]),
        )
    states = await read_states(await store.scan(text, params))
    if condition is not None:
        states = [state for state in states if is_seen(sight, aggregate_type, state)]
    return [state for state in states if state["archived_at"] is None or archived]


async def read_states(rows: Sequence[tuple[Any, ...]]) -> list[dict[str, Any]]:
    """Others have their turn while many are read."""
    return [json.loads(row[0]) async for row in in_turns(rows, AT_ONCE)]


def is_seen(sight: Sight, aggregate_type: str, state: dict[str, Any]) -> bool:
    """What names several nodes is seen by who sees them all; the column has the first."""
    members = SCOPES.get(aggregate_type, ())
    return len(members) < 2 or sight.shows(state.get(member) for member in members)


SCOPES = {entry.name: entry.scope for entry in entries()}


VERSIONS = """
SELECT effective_at, state FROM history WHERE aggregate_type = ? AND effective_at <= ? ORDER BY aggregate_id, version
"""


async def versions(store: Store, aggregate_type: str, until: int) -> list[tuple[int, dict[str, Any]]]:
    """Every version of all aggregates of a type that was effective by then, each aggregate's in their order: since when
    (microseconds), and its state."""
    rows = await store.fetch(VERSIONS, (aggregate_type, until))
    return [(row[0], json.loads(row[1])) for row in rows]


class Version(NamedTuple):
    """One version of an aggregate, since when it is so (microseconds)."""

    number: int
    effective_at: int
    state: dict[str, Any]


VERSIONS_OF_PROJECT = """
SELECT h.version, h.effective_at, h.state FROM current_state c JOIN history h ON h.aggregate_id = c.aggregate_id
WHERE c.project_id = ? AND c.aggregate_type = ? AND h.effective_at <= ? ORDER BY h.aggregate_id, h.version
"""


async def versions_of_project(
    store: Store, project_id: str, aggregate_type: str, until: int
) -> list[Version]:
    """Every version that was effective by then of a project's aggregates of a type, which never change their project; each
    aggregate's in their order. No other version is read, of whichever project or type."""
    rows = await store.fetch(VERSIONS_OF_PROJECT, (project_id, aggregate_type, until))
    return [Version(number, effective_at, json.loads(state)) for number, effective_at, state in rows]


IDS_AT_A_TIME = 500
"""How many ids a statement names: SQLite has a bound on parameters."""


async def states_by_id(
    store: Store, ids: Sequence[str], until: int | None, aggregate_type: str | None = None
) -> dict[str, dict[str, Any]]:
    """The aggregates with these ids, archived or not; those that are not known by then, or of another type than the one
    that is asked for, are left out."""
    states: dict[str, dict[str, Any]] = {}
    of_type, types = ("", ()) if aggregate_type is None else (" AND aggregate_type = ?", (aggregate_type,))
    for start in range(0, len(ids), IDS_AT_A_TIME):
        some = ids[start : start + IDS_AT_A_TIME]
        marks = ", ".join("?" * len(some))
        if until is None:
            text = f"SELECT aggregate_id, state FROM current_state WHERE aggregate_id IN ({marks}){of_type}"
            rows = await store.fetch(text, (*some, *types))
        else:
            text = (
                "SELECT h.aggregate_id, h.state FROM history h JOIN (SELECT aggregate_id, MAX(version) AS version"
                f" FROM history WHERE aggregate_id IN ({marks}) AND effective_at <= ?{of_type} GROUP BY aggregate_id) newest"
                " ON newest.aggregate_id = h.aggregate_id AND newest.version = h.version"
            )
            rows = await store.fetch(text, (*some, until, *types))
        states |= {row[0]: json.loads(row[1]) for row in rows}
    return states


LISTED_APART = {entry.name for entry in entries() if entry.is_attached or not entry.has_history}
_ON_SHEETS = sorted({entry.name for entry in entries()} - LISTED_APART)
ON_SHEETS = f"h.aggregate_type IN ({', '.join(repr(name) for name in _ON_SHEETS)})"


async def states_of_project(
    store: Store, project_id: str, until: int | None
) -> dict[str, list[dict[str, Any]]]:
    """Everything that belongs to a project, by type in alphabetical order: in which order services told of it is chance.

    Documents, comments, activities and links are left out, and not read: they are many, and have lists of their own.
    """
    if until is None:
        text = (
            "SELECT aggregate_type, state FROM current_state h"
            f" WHERE project_id = ? AND {ON_SHEETS} ORDER BY aggregate_id"
        )
        rows = await store.scan(text, (project_id,))
    else:
        text = (
            "SELECT h.aggregate_type, h.state FROM history h JOIN (SELECT aggregate_id, MAX(version) AS version"
            " FROM history WHERE project_id = ? AND effective_at <= ? GROUP BY aggregate_id) newest"
            " ON newest.aggregate_id = h.aggregate_id AND newest.version = h.version"
            f" WHERE {ON_SHEETS} ORDER BY h.aggregate_id"
        )
        rows = await store.scan(text, (project_id, until))
    states_by_type: dict[str, list[dict[str, Any]]] = {}
    for kind, state in rows:
        members = json.loads(state)
        if members["archived_at"] is None:
            states_by_type.setdefault(kind, []).append(members)
    return dict(sorted(states_by_type.items()))

"""States as of a day: the newest version of each aggregate that was effective by its end."""

import json
from typing import Any

from shared.store import Store

STATES_NOW = "SELECT state FROM current_state WHERE aggregate_type = ?"
STATES_THEN = """
SELECT h.state FROM history h
JOIN (SELECT aggregate_id, MAX(version) AS version FROM history WHERE aggregate_type = ? AND effective_at <= ?
      GROUP BY aggregate_id) newest
  ON newest.aggregate_id = h.aggregate_id AND newest.version = h.version
"""


async def states(
    store: Store, aggregate_type: str, until: int | None, *, archived: bool = False
) -> list[dict[str, Any]]:
    """All aggregates of a type, archived ones only where asked for; `until` is microseconds, None means now."""
    if until is None:
        rows = await store.fetch(STATES_NOW, (aggregate_type,))
    else:
        rows = await store.fetch(STATES_THEN, (aggregate_type, until))
    return [state for row in rows if (state := json.loads(row[0]))["archived_at"] is None or archived]


async def states_of_project(
    store: Store, project_id: str, until: int | None
) -> dict[str, list[dict[str, Any]]]:
    """Everything that belongs to a project, by type."""
    if until is None:
        text = "SELECT aggregate_type, state FROM current_state WHERE project_id = ? ORDER BY aggregate_id"
        rows = await store.fetch(text, (project_id,))
    else:
        text = (
            "SELECT h.aggregate_type, h.state FROM history h JOIN (SELECT aggregate_id, MAX(version) AS version"
            " FROM history WHERE project_id = ? AND effective_at <= ? GROUP BY aggregate_id) newest"
            " ON newest.aggregate_id = h.aggregate_id AND newest.version = h.version ORDER BY h.aggregate_id"
        )
        rows = await store.fetch(text, (project_id, until))
    found: dict[str, list[dict[str, Any]]] = {}
    for kind, state in rows:
        held = json.loads(state)
        if held["archived_at"] is None:
            found.setdefault(kind, []).append(held)
    return found

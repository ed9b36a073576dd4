"""What is said of projects beside their figures: the whole-life cost, and the newest rating by the day.

They are read for the projects that are shown, and not kept as figures: nothing is computed from them.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from services.reporting.asof import FOREVER, AsOf
from services.reporting.history.view import IDS_AT_A_TIME
from shared.store import Store

Item = dict[str, Any]


class _Costs(msgspec.Struct):
    lifecycle_cost: dict[str, str] | None = None


class _Rating(msgspec.Struct):
    rated_on: str
    created_at: str
    id: str
    rating: int | None
    archived_at: str | None
    project_id: str | None


_costs_in = msgspec.json.Decoder(_Costs).decode
_rating_in = msgspec.json.Decoder(_Rating).decode

_NEWEST = """
SELECT h.{of}, h.state FROM history h JOIN (SELECT aggregate_id, MAX(version) AS version FROM history {index}
 WHERE {of} IN ({marks}) AND {condition} GROUP BY aggregate_id) newest
 ON newest.aggregate_id = h.aggregate_id AND newest.version = h.version
"""
_OF_PROJECTS = ("aggregate_id", "", "+effective_at <= ?")
_OF_RATINGS = (
    "scope",
    "INDEXED BY ix_history__assessment_scope",
    "aggregate_type = 'assessment' AND effective_at <= ?",
)
"""Of what, by which index, and under which condition. SQLite has no statistics: left to itself it would walk through all
versions of the type until the day."""


async def with_statements(store: Store, items: Sequence[Item], at: AsOf) -> list[Item]:
    """The items, each with `rating`, and with `lifecycle` among its costs."""
    ids = [item["project"]["id"] for item in items]
    costs, ratings = await _lifecycle_costs(store, ids, at), await _ratings(store, ids, at)
    return [
        item
        | {
            "rating": ratings.get(item["project"]["id"]),
            "cost": item["cost"] | {"lifecycle": costs.get(item["project"]["id"])},
        }
        for item in items
    ]


async def _lifecycle_costs(store: Store, ids: Sequence[str], at: AsOf) -> Mapping[str, dict[str, str] | None]:
    rows = await _newest(store, _OF_PROJECTS, ids, at)
    return {id: _costs_in(state.encode()).lifecycle_cost for id, state in rows}


async def _ratings(store: Store, ids: Sequence[str], at: AsOf) -> Mapping[str, Item]:
    """Project -> its newest rating that is not dated after the day."""
    rows = await _newest(store, _OF_RATINGS, ids, at)
    read = [_rating_in(state.encode()) for _, state in rows]
    on = at.on.isoformat()
    standing = [one for one in read if one.archived_at is None and one.rated_on <= on]
    standing.sort(key=lambda one: (one.rated_on, one.created_at, one.id))
    return {
        one.project_id: {"rating": one.rating, "rated_on": one.rated_on}
        for one in standing
        if one.project_id is not None
    }


async def _newest(
    store: Store, what: tuple[str, str, str], ids: Sequence[str], at: AsOf
) -> list[tuple[str, str]]:
    """(id, state) of the newest versions by the day."""
    of, index, condition = what
    until = at.until if at.until is not None else FOREVER
    rows: list[tuple[str, str]] = []
    for start in range(0, len(ids), IDS_AT_A_TIME):
        some = ids[start : start + IDS_AT_A_TIME]
        text = _NEWEST.format(
            of=of, index=index if store.dialect == "sqlite" else "", marks=", ".join("?" * len(some)), condition=condition
        )  # fmt: skip
        rows += [(row[0], row[1]) for row in await store.fetch(text, (*some, until))]
    return rows

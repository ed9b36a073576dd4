"""Portfolios as of a day: there are few, most dashboards need all of them, and they change seldom."""

from dataclasses import dataclass, field
from typing import Any
from weakref import WeakKeyDictionary

from services.reporting.asof import AsOf
from services.reporting.history.view import states
from shared.store import Store

LARGEST = 50
"""Days of which the portfolios are held in memory."""

GENERATION = "SELECT portfolios FROM totals_clock WHERE id = 1"
"""How often portfolios have changed; no row where nothing was folded."""


@dataclass
class _Kept:
    generation: int = -1
    by_moment: dict[int | None, dict[str, dict[str, Any]]] = field(default_factory=dict)


_KEPT: "WeakKeyDictionary[Store, _Kept]" = WeakKeyDictionary()


async def portfolios_by_id(store: Store, at: AsOf, *, archived: bool = False) -> dict[str, dict[str, Any]]:
    """Id -> state; not to be changed by who reads it."""
    rows = await store.fetch(GENERATION)
    generation = rows[0][0] if rows else 0
    kept = _KEPT.setdefault(store, _Kept())
    if kept.generation != generation or len(kept.by_moment) >= LARGEST:
        kept = _KEPT[store] = _Kept(generation)
    if at.until not in kept.by_moment:
        kept.by_moment[at.until] = {
            p["id"]: p for p in await states(store, "portfolio", at.until, archived=True)
        }
    found = kept.by_moment[at.until]
    return found if archived else {id: p for id, p in found.items() if p["archived_at"] is None}

"""Portfolios as of a day: there are few, most dashboards need all of them, and they change seldom."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakKeyDictionary

from services.reporting.asof import AsOf
from services.reporting.history.view import states
from shared.domain.access.rights import EVERYTHING, Sight
from shared.store import Store

LARGEST = 50
"""Days of which the portfolios are held in memory."""

GENERATION = "SELECT portfolios FROM totals_clock WHERE id = 1"
"""How often portfolios have changed; no row where nothing was folded."""


@dataclass
class _Cache:
    generation: int = -1
    by_moment: dict[int | None, dict[str, dict[str, Any]]] = field(default_factory=dict)


_CACHES: "WeakKeyDictionary[Store, _Cache]" = WeakKeyDictionary()


async def portfolios_by_id(store: Store, at: AsOf, *, archived: bool = False) -> dict[str, dict[str, Any]]:
    """Id -> state; not to be changed by who reads it."""
    rows = await store.fetch(GENERATION)
    generation = rows[0][0] if rows else 0
    cache = _CACHES.setdefault(store, _Cache())
    if cache.generation != generation or len(cache.by_moment) >= LARGEST:
        cache = _CACHES[store] = _Cache(generation)
    if at.until not in cache.by_moment:
        cache.by_moment[at.until] = {
            p["id"]: p for p in await states(store, "portfolio", at.until, EVERYTHING, archived=True)
        }
    known_portfolios = cache.by_moment[at.until]
    return (
        known_portfolios
        if archived
        else {id: p for id, p in known_portfolios.items() if p["archived_at"] is None}
    )


async def portfolios_seen(
    store: Store, at: AsOf, sight: Sight, *, archived: bool = False
) -> dict[str, dict[str, Any]]:
    """Those of them that a caller sees."""
    portfolios = await portfolios_by_id(store, at, archived=archived)
    return portfolios if sight.is_everything else {id: p for id, p in portfolios.items() if sight.sees(id)}


def above(portfolios: Mapping[str, Mapping[str, Any]]) -> dict[str, list[str]]:
    """Portfolio -> itself and everything above it."""
    chains: dict[str, list[str]] = {}
    for id in portfolios:
        chain, parent = [id], portfolios[id]["parent_id"]
        while parent in portfolios and parent not in chain:
            chain.append(parent)
            parent = portfolios[parent]["parent_id"]
        chains[id] = chain
    return chains


def descendants(portfolios: Mapping[str, Mapping[str, Any]]) -> dict[str, set[str]]:
    """Portfolio -> itself and everything under it."""
    below: dict[str, set[str]] = {id: set() for id in portfolios}
    for id, chain in above(portfolios).items():
        for ancestor in chain:
            below[ancestor].add(id)
    return below

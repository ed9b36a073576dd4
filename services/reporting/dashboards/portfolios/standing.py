"""The overview of today, held in memory: what a fold changed is read and added, the rest stays as it was made.

What is held belongs to one state of the portfolios and to one day; when either is another, it is made anew.
"""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from operator import sub
from typing import Any
from weakref import WeakKeyDictionary

from services.reporting.asof import AsOf
from services.reporting.dashboards.portfolios import view
from services.reporting.history.portfolios import portfolios_by_id
from services.reporting.totals.view import Cells, changed_cells, clock_of
from shared.store import Store

Key = tuple[Any, ...]
"""State of the portfolios, day of the standing sums, reporting currency."""

WHOLE = ""
"""Stands for all portfolios together."""


@dataclass
class Standing:
    """The answers of one key; `seen` is the count of the clock up to which they are true."""

    key: Key
    at: AsOf
    portfolios: Mapping[str, dict[str, Any]]
    seen: int = 0
    cells: Cells = field(default_factory=dict)
    groups_of: dict[str, view.Groups] = field(default_factory=dict)
    summaries: dict[str, dict[str, Any]] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.chains = view.above(self.portfolios)
        self.order = [p["id"] for p in view.listed(self.portfolios)]

    def take(self, cells: Cells) -> None:
        """Replace some cells, and make anew what they count in."""
        dirty = set() if self.summaries else {WHOLE, *self.order}
        for cell, sums in cells.items():
            there = self.cells.get(cell, view.NOTHING)
            self.cells[cell] = sums
            view.gather(self.groups_of, self.chains, cell, type(sums)(*map(sub, sums, there)))
            dirty |= {WHOLE, *self.chains.get(cell.portfolio_id, ())}
        currency = self.key[-1]
        for id in dirty:
            summary = view.summary(self.groups_of.get(id, {}), currency) | {"as_of": self.at.on.isoformat()}
            if id != WHOLE:
                summary = {"portfolio": view.reference(self.portfolios[id]), **summary}
            self.summaries[id], self.texts[id] = summary, json.dumps(summary)

    def content(self) -> dict[str, Any]:
        return {
            "items": [dict(self.summaries[id]) for id in self.order],
            "total": dict(self.summaries[WHOLE]),
        }

    def text(self, positions: Mapping[str, str]) -> bytes:
        """The answer, of the texts that are held."""
        items = ", ".join(self.texts[id] for id in self.order)
        return (
            f'{{"items": [{items}], "total": {self.texts[WHOLE]}, "positions": {json.dumps(positions)}}}'
        ).encode()


@dataclass
class _Current:
    standing: Standing | None = None
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)


_STANDINGS: "WeakKeyDictionary[Store, _Current]" = WeakKeyDictionary()


async def standing(store: Store, at: AsOf, reporting: str | None) -> Standing | None:
    """What stands today; None where that is not the day that is asked for, or nothing was folded on it yet."""
    clock = await clock_of(store)
    if at.until is not None or clock.day != at.day:
        return None
    cached = _STANDINGS.setdefault(store, _Current())
    async with cached.turn:
        key = (clock.portfolios, clock.day, reporting)
        current = cached.standing
        if current is None or current.key != key or current.seen > clock.changes:
            current = Standing(key, at, await portfolios_by_id(store, at, archived=True))
            current.seen = -1
        if current.seen < clock.changes:
            changed, seen, day = await changed_cells(store, current.seen)
            if day not in (None, clock.day):  # the sums were brought to the next day meanwhile
                return None
            current.take(changed)
            current.seen = max(seen, clock.changes)
        cached.standing = current
        return current

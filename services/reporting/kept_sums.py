"""What portfolios add up to by the end of a day, as additive measures are given it: from kept sums, never from rows.

Those of today are held in memory. After a fold only the cells that it changed are read, and only what the portfolios
above them answer is made anew. What is held belongs to one state of the portfolios and to one day; when either is
another, all is read again.
"""

import asyncio
import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from operator import add, sub
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

from services.reporting.asof import AsOf
from services.reporting.history.portfolios import above, portfolios_by_id
from services.reporting.totals.parts import cells_of_projects
from services.reporting.totals.view import Cells, Sums, cells, changed_cells, clock_of
from shared.base.text import sort_key
from shared.domain.access.rights import EVERYTHING, Sight
from shared.domain.work import refusal_of
from shared.store import StaleVersion, Store

State = dict[str, Any]

WHOLE = ""
"""Stands for all portfolios together, where a part is named by the id of its portfolio."""
NOTHING = Sums(*(0 for _ in Sums._fields))
READINGS = 20
"""How often sums are read for one answer, where folds come between."""


class Group(NamedTuple):
    """A cell without its portfolio."""

    stage: str
    currency: str
    health: str
    archived: int


Groups = Mapping[Group, Sums]


@dataclass(frozen=True, slots=True)
class Part:
    """A portfolio with everything under it, and what lies in it."""

    portfolio: Mapping[str, Any] | None
    """None where the part is the whole."""
    groups: Groups
    at: AsOf
    currency: str | None
    """The reporting currency, where the instance has one."""


Make = Callable[[Part], State]
"""What an additive measure answers of a part: a function of the part alone, whose value may be held."""


class KeptSums:
    """The sums of portfolios by the end of a day, and what measures made of them."""

    def __init__(self, at: AsOf, currency: str | None, portfolios: Mapping[str, State]) -> None:
        """`portfolios` has the archived ones too: what they hold counts in what they stand under."""
        self.at = at
        self.currency = currency
        self.portfolios = portfolios
        self.cells: Cells = {}
        self._chains = above(portfolios)
        self._groups: dict[str, dict[Group, Sums]] = {}
        self._values: dict[str, dict[Make, State]] = {}
        self._texts: dict[str, dict[Make, str]] = {}
        listed = [p for p in portfolios.values() if p["archived_at"] is None]
        self.order = [p["id"] for p in sorted(listed, key=lambda p: (sort_key(p["name"]), p["id"]))]
        """The portfolios that are not archived, by name."""

    def replace(self, changed: Cells) -> None:
        """Put these sums in the place of those that the cells had; what was made of them is made anew when asked for."""
        stale: set[str] = set()
        for cell, sums in changed.items():
            difference = Sums(*map(sub, sums, self.cells.get(cell, NOTHING)))
            self.cells[cell] = sums
            group, parts = Group(*cell[1:]), (WHOLE, *self._chains.get(cell.portfolio_id, ()))
            for part in parts:
                groups = self._groups.setdefault(part, {})
                groups[group] = Sums(*map(add, groups.get(group, NOTHING), difference))
            stale.update(parts)
        for part in stale:
            self._values.pop(part, None)
            self._texts.pop(part, None)

    def value(self, make: Make, id: str = WHOLE) -> State:
        """What a measure answers of a portfolio or of the whole; not to be changed by who reads it."""
        values = self._values.setdefault(id, {})
        if make not in values:
            portfolio = self.portfolios[id] if id != WHOLE else None
            values[make] = make(Part(portfolio, self._groups.get(id, {}), self.at, self.currency))
        return values[make]

    def text(self, make: Make, id: str = WHOLE) -> str:
        """The same as JSON."""
        texts = self._texts.setdefault(id, {})
        if make not in texts:
            texts[make] = json.dumps(self.value(make, id))
        return texts[make]


async def sums_of_day(
    store: Store,
    at: AsOf,
    currency: str | None,
    stages: Collection[str],
    healths: Collection[str],
    sight: Sight = EVERYTHING,
) -> KeptSums:
    """The sums by the end of a day, of projects at these stages and of these healths; where none are named, of all.

    What is not seen is taken off, or only what is seen is added up."""
    if not stages and not healths and sight.is_everything:
        of_today = await sums_of_today(store, at, currency)
        if of_today is not None:
            return of_today
    all_cells, portfolios = await _cells_seen(store, at, currency, sight)
    visible = portfolios if sight.is_everything else {id: p for id, p in portfolios.items() if sight.sees(id)}
    sums = KeptSums(at, currency, visible)
    sums.replace(
        {
            cell: own
            for cell, own in all_cells.items()
            if (not stages or cell.stage in stages) and (not healths or cell.health in healths)
        }
    )
    return sums


Portfolios = Mapping[str, State]


async def _cells_seen(store: Store, at: AsOf, currency: str | None, sight: Sight) -> tuple[Cells, Portfolios]:
    """The cells without what is hidden, and the portfolios as they stand.

    What is hidden is read after the whole. Where a fold was committed between the two, both are read again: else the
    answer would hold an amount that is hidden. Busy (503) where folds come between again and again.
    """
    for _ in range(READINGS):
        before = await clock_of(store)
        of_today = await sums_of_today(store, at, currency) if sight.only is None else None
        portfolios = of_today.portfolios if of_today else await portfolios_by_id(store, at, archived=True)
        if sight.only is not None:
            return await cells_of_projects(store, at, sight.only, portfolios), portfolios
        whole = (
            dict(of_today.cells) if of_today else await cells(store, at.day)
        )  # others bring it on meanwhile
        if not sight.hidden:
            return whole, portfolios
        hidden = await cells_of_projects(store, at, sight.hidden, portfolios)
        if await clock_of(store) == before:
            return less(whole, hidden), portfolios
    raise refusal_of(StaleVersion())


def less(whole: Cells, part: Cells) -> Cells:
    """The sums of the whole without those of a part; cells in which nothing is left are left out."""
    remaining = {cell: Sums(*map(sub, sums, part.get(cell, NOTHING))) for cell, sums in whole.items()}
    return {cell: sums for cell, sums in remaining.items() if any(sums)}


Key = tuple[int, int, str | None]
"""State of the portfolios, day of the standing sums, reporting currency."""


@dataclass
class _Memory:
    key: Key | None = None
    sums: KeptSums | None = None
    changes: int = -1
    """The count of the clock up to which the sums are true."""
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)


_MEMORIES: "WeakKeyDictionary[Store, _Memory]" = WeakKeyDictionary()


async def sums_of_today(store: Store, at: AsOf, currency: str | None) -> KeptSums | None:
    """What is held in memory; None where another day is asked for, or nothing was folded on this one yet."""
    clock = await clock_of(store)
    if at.until is not None or clock.day is None or clock.day != at.day:
        return None
    memory = _MEMORIES.setdefault(store, _Memory())
    async with memory.turn:
        key = (clock.portfolios, clock.day, currency)
        sums, changes = memory.sums, memory.changes
        if sums is None or memory.key != key or changes > clock.changes:
            sums = KeptSums(at, currency, await portfolios_by_id(store, at, archived=True))
            changes = -1
        if changes < clock.changes:
            changed, newest, day = await changed_cells(store, changes)
            if day not in (None, clock.day):  # the sums were brought to the next day meanwhile
                return None
            sums.replace(changed)
            changes = max(newest, clock.changes)
        memory.key, memory.sums, memory.changes = key, sums, changes
        return sums

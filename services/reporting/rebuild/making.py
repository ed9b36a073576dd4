"""The projection made anew in bulk, and put in the place of the live one."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from services.reporting.directory.projection import fill as fill_directory
from services.reporting.memo import REBUILDS
from services.reporting.rebuild.folding import fold_history
from services.reporting.rebuild.loading import ends_of, load
from services.reporting.rebuild.places import Place, place_for
from services.reporting.replay import CONSUMER, DAY_OF_SUMS, MARK, REBUILT, Position, clock_at, marks_for
from shared.base.settings import Settings
from shared.contracts.catalogue import entries
from shared.messaging.bus.embedded import Sources, heads_at
from shared.store import Statement, Store, Unit, Unreachable
from shared.store.base import CannotReplace


class NotInBulk(Exception):
    """Something in the outboxes cannot be taken in: which event it is, only a replay of single events finds."""


@dataclass
class Made:
    """A projection that is ready: what it holds of, and how far it goes."""

    store: Store
    """The new tables under their names."""
    events: int
    _place: Place
    _reached: Sequence[Position]

    async def put_in_place(self, live: Store) -> None:
        """Replace the live projection in one transaction; its consumer goes on from where this one ends."""
        marks = [(CONSUMER.name, *mark) for mark in await marks_for(live, self._reached)]
        own = [(CONSUMER.name,)]
        statements = [Statement("DELETE FROM inbox_position WHERE consumer = ?", own), Statement(MARK, marks)]
        for table in ("dead_letter", "parked"):
            statements.append(Statement(f"DELETE FROM {table} WHERE consumer = ?", own))
        statements += clock_at(await self.store.fetch(DAY_OF_SUMS))
        statements.append(Statement(REBUILT, [(REBUILDS,)]))
        await self._place.put_in_place(live, statements)


@asynccontextmanager
async def made_anew(live: Store, settings: Settings, sources: Sources) -> AsyncIterator[Made]:
    """Everything the outboxes hold now, folded beside the live projection.

    Raises NotInBulk where an event cannot be folded, CannotReplace where the database refuses the new tables, and
    Unreachable where one is away.
    """
    async with place_for(live, settings) as place:
        yield await _making(place, settings, sources)


async def _making(place: Place, settings: Settings, sources: Sources) -> Made:
    events = 0
    reached: list[Position] = []
    try:
        ends = await ends_of(sources)
        for name, (store, own) in sources.items():
            topics = [topic for topic in own if topic in CONSUMER.topics]
            if topics:
                events += await load(store, topics, ends[name], place.write)
                heads = await heads_at(store, topics, ends[name])
                reached += [(topic, partition, store.epoch, at) for (topic, partition), at in heads.items()]
        await place.index_history()
        opened = await place.opened()
        await fold_history(opened, settings)
        await place.fill_current()
        await fill_directory(opened)
        await opened.commit(_without_history())
    except (Unreachable, CannotReplace):
        raise
    except Exception as error:
        raise NotInBulk(repr(error)) from error
    return Made(opened, events, place, reached)


def _without_history() -> Unit:
    """Forget the versions of what has only a newest one; that was taken over."""
    unit = Unit()
    names = sorted(entry.name for entry in entries() if not entry.has_history)
    unit.parts[0].statements.append(
        Statement("DELETE FROM history WHERE aggregate_type = ?", [(name,) for name in names])
    )
    return unit

"""A consumer at work on a bus: a real inbox with a database of its own, in which it notes what it folds."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from itertools import pairwise

from services.projects.service import SERVICE as PROJECTS
from shared.base.supervision import Supervised
from shared.domain.work import Work
from shared.messaging.bus import Record
from shared.messaging.consumer import Consumer
from shared.messaging.inbox import Inbox
from shared.runtime.migrate import prepare
from shared.store import Store, Unreachable, open_store
from tests.contracts.carried import DEADLINE_S, Carried

NOTES = """CREATE TABLE IF NOT EXISTS noted
(line INTEGER PRIMARY KEY, topic TEXT NOT NULL, partition INTEGER NOT NULL, position INTEGER NOT NULL)"""
NOTE = "INSERT INTO noted (topic, partition, position) VALUES (?, ?, ?)"


@dataclass
class Notes:
    """What the consumer took in, as it was committed; so many folds fail first as `failing` says."""

    store: Store
    failing: int = 0
    failures: int = 0

    async def fold(self, work: Work, records: Sequence[Record]) -> None:
        if self.failures < self.failing:
            self.failures += 1
            raise Unreachable("the test's database is away")
        work.add_statement(NOTE, [(record.topic, record.partition, record.position) for record in records])

    async def positions(self) -> list[int]:
        return [row[0] for row in await self.store.fetch("SELECT position FROM noted ORDER BY line")]

    async def are_in_order(self) -> bool:
        """Whether each partition was folded in the order of its positions."""
        rows = await self.store.fetch(
            "SELECT topic, partition, position FROM noted ORDER BY topic, partition, line"
        )
        return all(a[:2] != b[:2] or a[2] < b[2] for a, b in pairwise(rows))

    async def until(self, count: int) -> None:
        """Wait until so many events are folded."""

        async def are_folded() -> bool:
            return len(await self.positions()) >= count

        await eventually(are_folded)


async def eventually(holds: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(DEADLINE_S):
        while not await holds():  # noqa: ASYNC110 what it asks for is in a database
            await asyncio.sleep(0.005)


@asynccontextmanager
async def consuming(carried: Carried, failing: int = 0) -> AsyncIterator[Notes]:
    """A consumer beside the source; several on the same folder are replicas, a later one goes on from its marks."""
    url = f"sqlite:///{carried.settings.data.parent / 'consumer.sqlite'}"
    await prepare(PROJECTS, url)
    store = await open_store(url)
    await store.run(NOTES)
    notes = Notes(store, failing)
    inbox = Inbox(
        replace(carried.kernel, store=store),
        carried.bus,
        Consumer("contract", ("projects",), fold=notes.fold),
    )
    task = Supervised("projects", "the consumer of the contract", inbox.run)
    try:
        yield notes
    finally:
        await task.end()
        await store.close()

"""The embedded bus: the services' own outboxes, read in this process by position."""

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from typing import Any

from shared.bus.protocol import LoadMarks, Marks, Record
from shared.outbox import cloud_event
from shared.store import Store, Unreachable

PAGE = 500
IDLE_S = 1.0

Heads = dict[tuple[str, int], int]


async def read_outbox(
    store: Store, topics: Sequence[str], after: int, limit: int, heads: Heads, until: int | None = None
) -> list[Record]:
    """The next records of an outbox in the order of their positions; `heads` is moved along.

    The topic is compared as an expression, so that no planner reads by its index and sorts the rest of the outbox.
    """
    marks = ", ".join("?" * len(topics))
    bound = "" if until is None else f"AND position < {int(until)} "
    rows = await store.fetch(
        f"SELECT position, topic, partition, headers, payload FROM outbox"
        f" WHERE position > ? {bound}AND topic || '' IN ({marks}) ORDER BY position LIMIT {limit}",
        (after, *topics),
    )
    return [_record(row, store.epoch, heads) for row in rows]


def _record(row: Sequence[Any], epoch: int, heads: Heads) -> Record:
    position, topic, partition, headers, payload = row
    previous = heads.get((topic, partition), 0)
    heads[topic, partition] = position
    value = cloud_event(position, previous, headers, payload).encode()
    return Record(topic, partition, position, position, previous, epoch, value)


async def heads_at(store: Store, topics: Sequence[str], position: int, partitions: int = 12) -> Heads:
    """(topic, partition) -> the last position at or before `position`."""
    heads: Heads = {}
    for topic in topics:
        for partition in range(partitions):
            rows = await store.fetch(
                "SELECT position FROM outbox WHERE topic = ? AND partition = ? AND position <= ?"
                " ORDER BY position DESC LIMIT 1",
                (topic, partition, position),
            )
            if rows:
                heads[topic, partition] = rows[0][0]
    return heads


class EmbeddedBus:
    """Every service's outbox; `sources` names the store behind each topic prefix."""

    def __init__(self, sources: Mapping[str, tuple[Store, Sequence[str]]]) -> None:
        self._sources = sources
        self._woken: list[asyncio.Event] = []
        for store, _ in sources.values():
            store.on_commit(self._wake)

    def _wake(self) -> None:
        for event in self._woken:
            event.set()

    async def read(
        self, consumer: str, topics: Sequence[str], load: LoadMarks
    ) -> AsyncGenerator[list[Record], None]:
        marks = await load()
        woken = asyncio.Event()
        self._woken.append(woken)
        readers = [_Reader(store, [t for t in own if t in topics]) for store, own in self._sources.values()]
        readers = [r for r in readers if r.topics]
        try:
            while True:
                woken.clear()
                idle = True
                for reader in readers:
                    batch = await reader.next(marks)
                    if batch:
                        idle = False
                        yield batch
                if idle:
                    await _pause(woken)
                else:
                    await asyncio.sleep(0)
        finally:
            self._woken.remove(woken)

    async def heal(self, topic: str, partition: int, after: int, until: int) -> list[Record]:
        for store, own in self._sources.values():
            if topic in own:
                heads = await heads_at(store, [topic], after)
                records = await read_outbox(store, [topic], after, 10_000, heads, until)
                return [r for r in records if r.partition == partition]
        return []

    async def close(self) -> None:
        """Nothing is held."""


async def _pause(woken: asyncio.Event) -> None:
    try:
        async with asyncio.timeout(IDLE_S):
            await woken.wait()
    except TimeoutError:
        return


class _Reader:
    """One outbox, read on from where the consumer's marks stand."""

    def __init__(self, store: Store, topics: Sequence[str]) -> None:
        self.store = store
        self.topics = topics
        self._heads: Heads | None = None
        self._after = 0

    async def next(self, marks: Marks) -> list[Record]:
        """A consumer that failed comes back with its marks, and is read to again from there.

        Marks of another epoch say nothing of this outbox: it is read from its start, and the consumer notices.
        """
        own = [m for (t, _), m in marks.items() if t in self.topics and m.epoch == self.store.epoch]
        stand = max((m.position for m in own), default=0)
        try:
            if self._heads is None or self._after != stand:
                self._after = stand
                self._heads = await heads_at(self.store, self.topics, stand)
            batch = await read_outbox(self.store, self.topics, self._after, PAGE, self._heads)
        except Unreachable:
            self._heads = None
            return []
        if batch:
            self._after = batch[-1].position
        return batch

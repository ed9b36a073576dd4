"""The embedded bus: the services' own outboxes, read in this process by position."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from types import MappingProxyType
from typing import Any, NamedTuple

import msgspec

from shared.contracts.language import service_of
from shared.messaging.bus.protocol import LoadMarks, LostCommits, Marks, Record
from shared.messaging.bus.recent import Recent
from shared.store import Store, Unreachable
from shared.store.outbox import cloud_event

PAGE = 500
SLICE = 100
"""So many records are read at a time: a millisecond or two, for which nothing else runs."""
IDLE_S = 1.0

Heads = dict[tuple[str, int], int]

NOBODYS: Mapping[str, Recent] = MappingProxyType({})

Sources = Mapping[str, tuple[Store, Sequence[str]]]
"""Service -> its store and its topics."""


async def read_outbox(
    store: Store,
    topics: Sequence[str],
    after: int,
    limit: int,
    heads: Heads,
    until: int | None = None,
    recent: Recent | None = None,
) -> list[Record]:
    """The next records of an outbox in the order of their positions; `heads` is moved along.

    Those that are among the `recent` ones are not made anew.

    The topic is compared as an expression, so that no planner reads by its index and sorts the rest of the outbox.
    """
    bound = "" if until is None else f"AND position < {int(until)} "
    rows = await store.fetch(
        f"SELECT position, topic, partition, headers, payload FROM outbox"
        f" WHERE position > ? {bound}AND topic || '' IN ({marks_of(topics)}) ORDER BY position LIMIT {limit}",
        (after, *topics),
    )
    return [_record(row, store.epoch, heads, recent) for row in rows]


async def in_slices(
    store: Store, topics: Sequence[str], after: int, limit: int, heads: Heads, recent: Recent | None = None
) -> AsyncIterator[list[Record]]:
    """The same, a slice at a time; between two of them the loop does what else there is to do."""
    while limit > 0:
        records = await read_outbox(store, topics, after, min(limit, SLICE), heads, recent=recent)
        if records:
            yield records
        if len(records) < SLICE:
            return
        after, limit = records[-1].position, limit - len(records)
        await asyncio.sleep(0)


class Slice(NamedTuple):
    """A stretch of an outbox: the position it ends at, how many events stand in it and how many of them are visible, and
    the wanted ones of those."""

    reached: int
    passed: int
    visible: int
    records: list[Record]


EVERY_EVENT: tuple[str, Sequence[str]] = ("1 = 1", ())


async def read_slice(
    store: Store,
    topics: Sequence[str],
    after: int,
    limit: int,
    heads: Heads,
    types: Sequence[str] = (),
    visible: tuple[str, Sequence[str]] = EVERY_EVENT,
) -> Slice:
    """The next `limit` events, with the content of those of the types (none given: of all) that are `visible`, by a
    condition with its parameters.

    The database passes the others over without their content. `heads` is moved along by those of other types too, and
    not by what is not visible: nobody can tell that it is there. The slice ends at `after` where nothing follows.
    """
    if not topics:
        return Slice(after, 0, 0, [])
    condition, params = visible
    wanted = f"type IN ({marks_of(types)}) AND {condition}" if types else condition
    rows = await store.fetch(
        f"SELECT position, topic, partition, CASE WHEN {wanted} THEN headers END, CASE WHEN {wanted} THEN payload END,"
        f" CASE WHEN {condition} THEN 1 ELSE 0 END"
        f" FROM outbox WHERE position > ? AND topic || '' IN ({marks_of(topics)}) ORDER BY position LIMIT {int(limit)}",
        (*types, *params, *types, *params, *params, after, *topics),
    )
    records = []
    for row in rows:
        if not row[5]:
            continue
        if row[3] is None:
            heads[row[1], row[2]] = row[0]
        else:
            records.append(_record(row[:5], store.epoch, heads))
    reached = rows[-1][0] if rows else after
    return Slice(reached, len(rows), sum(row[5] for row in rows), records)


def marks_of(values: Sequence[str]) -> str:
    """As many placeholders as there are values."""
    return ", ".join("?" * len(values))


def _record(row: Sequence[Any], epoch: int, heads: Heads, recent: Recent | None = None) -> Record:
    position, topic, partition, headers, payload = row
    previous = heads.get((topic, partition), 0)
    heads[topic, partition] = position
    value = cloud_event(position, previous, headers, payload).encode()
    record = Record(topic, partition, position, position, previous, epoch, value)
    return record if recent is None else recent.shared(record)


async def heads_at(
    store: Store,
    topics: Sequence[str],
    position: int,
    partitions: int = 12,
    visible: tuple[str, Sequence[str]] = EVERY_EVENT,
) -> Heads:
    """(topic, partition) -> the last position at or before `position`, of what is visible."""
    condition, params = visible
    heads: Heads = {}
    for topic in topics:
        for partition in range(partitions):
            rows = await store.fetch(
                f"SELECT position FROM outbox WHERE topic = ? AND partition = ? AND position <= ? AND {condition}"
                " ORDER BY position DESC LIMIT 1",
                (topic, partition, position, *params),
            )
            if rows:
                heads[topic, partition] = rows[0][0]
    return heads


class EmbeddedBus:
    """Every service's outbox; `sources` names the store behind each topic prefix."""

    def __init__(self, sources: Sources) -> None:
        self._sources = sources
        self._woken: list[asyncio.Event] = []
        self._recent = {service: Recent() for service in sources}
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
        try:
            async with reading(self._sources, topics, PAGE, self._recent) as readings:
                while True:
                    woken.clear()
                    idle = True
                    for outbox in readings:
                        batch = await _next(outbox, marks)
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

    async def last(self, service: str) -> int:
        store, _ = self._sources[service]
        [(last,)] = await store.fetch("SELECT last FROM counter")
        return int(last)

    async def close(self) -> None:
        """Nothing is held."""


async def _pause(woken: asyncio.Event) -> None:
    try:
        async with asyncio.timeout(IDLE_S):
            await woken.wait()
    except TimeoutError:
        return


class Reading:
    """An outbox from a position on, page by page; behind a full page the next one is read while that is worked on."""

    def __init__(self, store: Store, topics: Sequence[str], size: int, recent: Recent | None = None) -> None:
        self.store = store
        self.topics = topics
        self.after = 0
        """The last position that was given."""
        self._size = size
        self._recent = recent
        self._heads: Heads = {}
        self._following: asyncio.Task[list[Record]] | None = None

    async def go_to(self, position: int) -> None:
        await self.close()
        self._heads = await heads_at(self.store, self.topics, position)
        self.after = position

    async def page(self) -> list[Record]:
        """The next records; empty at the end. If the store does not answer, the next call reads the same.

        That there was nothing ahead is no longer sure, and asked again.
        """
        following, self._following = self._following, None
        page = (await following if following else []) or await self._read()
        if page:
            self.after = page[-1].position
        if len(page) == self._size:
            self._following = asyncio.create_task(self._read())
        return page

    async def _read(self) -> list[Record]:
        page: list[Record] = []
        heads = dict(self._heads)
        async for records in in_slices(self.store, self.topics, self.after, self._size, heads, self._recent):
            with suppress(msgspec.DecodeError):
                for record in records:
                    _ = record.event  # decoded here, where there may be time
            page += records
        self._heads = heads
        return page

    async def close(self) -> None:
        if self._following is not None:
            self._following.cancel()
            await asyncio.gather(self._following, return_exceptions=True)
            self._following = None


@asynccontextmanager
async def reading(
    sources: Sources, topics: Sequence[str], size: int, recent: Mapping[str, Recent] = NOBODYS
) -> AsyncIterator[list[Reading]]:
    """The outboxes in which something of the topics may stand, each from its start."""
    wanted = [(name, store, [t for t in own if t in topics]) for name, (store, own) in sources.items()]
    readings = [Reading(store, own, size, recent.get(name)) for name, store, own in wanted if own]
    try:
        yield readings
    finally:
        for each in readings:
            await each.close()


async def _next(outbox: Reading, marks: Marks) -> list[Record]:
    """What comes after a consumer's marks: one that failed comes back with them, and is read to again from there.

    Marks of another epoch say nothing of this outbox: it is read from its start, and the consumer notices.
    """
    own = [m for (t, _), m in marks.items() if t in outbox.topics and m.epoch == outbox.store.epoch]
    stand = max((m.position for m in own), default=0)
    try:
        if outbox.after != stand:
            await _refuse_lost(outbox, stand)
            await outbox.go_to(stand)
        return await outbox.page()
    except Unreachable:
        outbox.after = NOWHERE  # who knows what the store is when it comes back
        return []


NOWHERE = -1


async def _refuse_lost(outbox: Reading, stand: int) -> None:
    """LostCommits where the outbox has never come as far as the consumer's marks, or does not any more."""
    [(last,)] = await outbox.store.fetch("SELECT last FROM counter")
    if stand > last:
        raise LostCommits(service_of(outbox.topics[0]), last, stand)

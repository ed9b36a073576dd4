"""What an outbox holds as record batches of Kafka: messages made straight from its columns, in order, compressed aside.

Nothing is decoded: what a message needs of its event stands in columns of the outbox.
"""

import asyncio
from collections import deque
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import msgspec
from aiokafka import AIOKafkaProducer
from aiokafka.producer.message_accumulator import BatchBuilder

from shared.contracts.language import erased_by
from shared.messaging.bus.embedded import Heads, marks_of
from shared.store import Store
from shared.store.outbox import cloud_event

SLICE = 100
"""So many messages are made at a time: a millisecond or two, for which nothing else runs."""

CONTENT_TYPE = ("content-type", b"application/cloudevents+json; charset=UTF-8")

Batches = dict[tuple[str, int], deque[BatchBuilder]]
"""(topic, partition) -> its record batches, in order."""

Message = tuple[bytes, bytes | None, list[tuple[str, bytes]]]
"""Key, value, headers."""


class _Headers(msgspec.Struct):
    """Of the headers of an event that erases, what no column holds."""

    source: str


_HEADERS = msgspec.json.Decoder(_Headers).decode


class OutboxRow(NamedTuple):
    """One event as the outbox holds it."""

    position: int
    topic: str
    partition: int
    key: str
    event_id: str
    type: str
    aggregate_id: str
    headers: str
    payload: str


async def read_rows(store: Store, topics: Sequence[str], after: int, limit: int) -> list[OutboxRow]:
    """The next events of an outbox in the order of their positions.

    The topic is compared as an expression, so that no planner reads by its index and sorts the rest of the outbox.
    """
    rows = await store.fetch(
        f"SELECT {', '.join(OutboxRow._fields)} FROM outbox"
        f" WHERE position > ? AND topic || '' IN ({marks_of(topics)}) ORDER BY position LIMIT {int(limit)}",
        (after, *topics),
    )
    return [OutboxRow(*row) for row in rows]


class Page:
    """A stretch of an outbox as batches, as few for each partition as hold it; it ends with the position `last`."""

    def __init__(self, producer: AIOKafkaProducer, after: int) -> None:
        self.last = after
        self.size = 0
        self.batches: Batches = {}
        self._producer = producer
        self._compressing: asyncio.Future[None] | None = None

    def add(self, rows: Iterable[OutboxRow], heads: Heads) -> None:
        """Append what follows; `heads`, the last position of each partition, is moved along."""
        for row in rows:
            place = row.topic, row.partition
            value = cloud_event(row.position, heads.get(place, 0), row.headers, row.payload).encode()
            self._append(place, (row.key.encode(), value, [CONTENT_TYPE, *_names(row)]))
            if erased_by(row.type):
                self._append(place, _tombstone(row))
            heads[place] = self.last = row.position
            self.size += 1

    def add_tombstone(self, row: OutboxRow) -> None:
        """Once more what follows an event that erases; the event itself was published before."""
        self._append((row.topic, row.partition), _tombstone(row))

    def compress(self) -> None:
        """Begin to compress, on a thread; nothing is added after that."""
        loop = asyncio.get_running_loop()
        self._compressing = loop.run_in_executor(None, _close, self.batches)

    async def compressed(self) -> Batches:
        """The batches, once they can be sent."""
        if self._compressing is not None:
            await self._compressing
        return self.batches

    def _append(self, place: tuple[str, int], message: Message) -> None:
        queue = self.batches.setdefault(place, deque())
        if not queue or not _fits(queue[-1], message):
            queue.append(self._producer.create_batch())
            _fits(queue[-1], message)


async def page_of(
    producer: AIOKafkaProducer, store: Store, topics: Sequence[str], after: int, limit: int, heads: Heads
) -> Page:
    """The next `limit` events of an outbox, made a slice at a time; it is being compressed when it is answered."""
    page = Page(producer, after)
    while page.size < limit:
        rows = await read_rows(store, topics, page.last, min(SLICE, limit - page.size))
        page.add(rows, heads)
        if len(rows) < SLICE:
            break
        await asyncio.sleep(0)
    page.compress()
    return page


def _fits(batch: BatchBuilder, message: Message) -> bool:
    key, value, headers = message
    return batch.append(timestamp=None, key=key, value=value, headers=headers) is not None


def _close(batches: Batches) -> None:
    for queue in batches.values():
        for batch in queue:
            batch.close()


def _names(row: OutboxRow) -> list[tuple[str, bytes]]:
    return [
        ("ce_id", row.event_id.encode()),
        ("ce_type", row.type.encode()),
        ("ce_subject", row.aggregate_id.encode()),
    ]


def _tombstone(row: OutboxRow) -> Message:
    place = [("ce_source", _HEADERS(row.headers).source.encode()), ("ce_sequence", b"%020d" % row.position)]
    return row.key.encode(), None, [("ce_specversion", b"1.0"), *_names(row), *place]

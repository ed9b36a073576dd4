"""The relay: publishes a service's outbox on Kafka in the order of its positions; one leader per service.

    lead -> read on from published_position -> one record batch per partition -> all acknowledged -> move on

Whatever fails, the producer is thrown away and everything begins again from published_position. So an event may be
published twice, but never after a later one of its partition that had not been published before, and never not at all.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress

from aiokafka import AIOKafkaProducer
from aiokafka.producer.message_accumulator import BatchBuilder

from shared import telemetry
from shared.bus.clients import REQUEST_MS, started
from shared.bus.embedded import heads_at, read_outbox
from shared.bus.protocol import Record
from shared.bus.topics import ensure_topics
from shared.contracts.language import topics_of
from shared.settings import Settings
from shared.store import Store, Unreachable

PAGE = 2000
POLL_S = 1.0
PAUSE_S = 0.5
ACKNOWLEDGED_S = 10.0
LARGEST_BATCH = 900_000
"""Bytes before compression; brokers accept 1 MiB after it by default, and one event is at most about 100 KiB."""


class LostLead(Exception):
    """Another relay publishes this outbox, or may."""


@asynccontextmanager
async def relaying(service: str, store: Store, settings: Settings) -> AsyncIterator["Relay"]:
    """The service's relay at work in the background."""
    relay = Relay(service, store, settings.kafka_servers)
    task = asyncio.create_task(relay.run(), name=f"relay-{service}")
    try:
        yield relay
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


class Relay:
    """One service's outbox on its way to its topics."""

    def __init__(self, service: str, store: Store, servers: str) -> None:
        self.service = service
        self.store = store
        self.topics = topics_of(service)
        self._servers = servers
        self._woken = asyncio.Event()
        store.on_commit(self._woken.set)

    async def run(self) -> None:
        """For ever: what fails is counted, told and begun again."""
        while True:
            try:
                async with self.store.leading() as leads:
                    await ensure_topics(self._servers, self.topics)
                    async with producing(self._servers) as producer:
                        await self._publish_while(leads, producer)
            except Exception as error:  # noqa: BLE001 the relay's loop must not end; it is told and begins again
                telemetry.RELAY_ERRORS.labels(self.service).inc()
                telemetry.LOG.event("warning", self.service, "the relay begins again", error=repr(error))
                with suppress(Unreachable):
                    await self._tell_lag()
                await asyncio.sleep(PAUSE_S)

    async def _publish_while(self, leads: Callable[[], bool], producer: AIOKafkaProducer) -> None:
        published: int = (await self.store.fetch("SELECT published_position FROM relay_state"))[0][0]
        heads = await heads_at(self.store, self.topics, published)
        while leads():
            self._woken.clear()
            page = await read_outbox(self.store, self.topics, published, PAGE, heads)
            if page:
                await publish(producer, page)
                published = await self._advance(published, page[-1].position)
                telemetry.PUBLISHED.labels(self.service).inc(len(page))
            await self._tell_lag()
            if len(page) < PAGE:
                await self._nudge()
        raise LostLead("the connection that held the lead is gone")

    async def _advance(self, published: int, reached: int) -> int:
        moved = await self.store.run(
            "UPDATE relay_state SET published_position = ? WHERE published_position = ? RETURNING one",
            (reached, published),
        )
        if not moved:
            raise LostLead("another relay has moved the published position")
        return reached

    async def _tell_lag(self) -> None:
        rows = await self.store.fetch("SELECT last - published_position FROM counter, relay_state")
        telemetry.RELAY_LAG.labels(self.service).set(rows[0][0])

    async def _nudge(self) -> None:
        """Until something was committed; now and then without a nudge, should one be lost."""
        with suppress(TimeoutError):
            async with asyncio.timeout(POLL_S):
                await self._woken.wait()


async def publish(producer: AIOKafkaProducer, records: Sequence[Record]) -> None:
    """Publish, per partition in order; returns when the broker has acknowledged all of them.

    A partition's next batch waits for the acknowledgement of the one before, so that none overtakes a failed one.
    """
    waiting: dict[tuple[str, int], deque[Record]] = {}
    for record in records:
        waiting.setdefault((record.topic, record.partition), deque()).append(record)
    while waiting:
        async with asyncio.timeout(ACKNOWLEDGED_S):
            sent = [
                await producer.send_batch(_filled(producer.create_batch(), queue), topic, partition=partition)
                for (topic, partition), queue in waiting.items()
            ]
            await asyncio.gather(*sent)
        waiting = {place: queue for place, queue in waiting.items() if queue}


def _filled(batch: BatchBuilder, queue: deque[Record]) -> BatchBuilder:
    """The batch with as many of the records as it takes."""
    while queue and _append(batch, queue[0]):
        queue.popleft()
    batch.close()
    return batch


def _append(batch: BatchBuilder, record: Record) -> bool:
    event = record.event
    headers = [
        ("content-type", b"application/cloudevents+json; charset=UTF-8"),
        ("ce_id", event.id.encode()),
        ("ce_type", event.type.encode()),
        ("ce_subject", event.subject.encode()),
    ]
    added = batch.append(timestamp=None, key=event.partitionkey.encode(), value=record.value, headers=headers)
    return added is not None


@asynccontextmanager
async def producing(servers: str) -> AsyncIterator[AIOKafkaProducer]:
    """A producer for as long as all goes well; afterwards it is thrown away with whatever it still holds."""
    producer = Producer(
        bootstrap_servers=servers,
        acks="all",
        enable_idempotence=True,
        compression_type="zstd",
        max_batch_size=LARGEST_BATCH,
        request_timeout_ms=REQUEST_MS,
    )
    async with started(producer, producer.discard):
        yield producer


class Producer(AIOKafkaProducer):  # type: ignore[misc] # aiokafka has no types
    """A producer that can be thrown away: `stop` would wait for a broker that may be gone."""

    async def discard(self) -> None:
        self._closed = True
        await asyncio.gather(self._sender.close(), self.client.close())

"""The relay: publishes a service's outbox on Kafka in the order of its positions; one leader per service.

    lead -> read on from published_position -> one record batch per partition -> compress on a thread -> send
                                               meanwhile: the next page            all acknowledged -> move on

On any failure the producer is discarded, and publishing begins again from published_position. Delivery is
at least once, and in order per partition.

An event that erases is followed by a tombstone: the same event in CloudEvents' binary mode and without its
data. It makes the broker remove the earlier records of the key. It removes nothing from what it still writes
to, so where nothing follows in the partition the tombstone itself does, once more a day.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from time import monotonic

from aiokafka import AIOKafkaProducer

from shared.base import telemetry
from shared.base.settings import Settings
from shared.base.supervision import Supervised
from shared.contracts.language import erased_by, is_compacted, topics_of
from shared.messaging.bus.batches import Page, page_of, read_rows
from shared.messaging.bus.clients import REQUEST_MS, started
from shared.messaging.bus.cluster import Cluster
from shared.messaging.bus.embedded import Heads, heads_at
from shared.messaging.bus.topics import ensure_topics
from shared.store import Store

PAGE = 2000
POLL_S = 1.0
PAUSE_S = 0.5
ACKNOWLEDGED_S = 10.0
REPEAT_S = 24 * 3600.0
LARGEST_BATCH = 900_000
"""Bytes before compression; brokers accept 1 MiB after it by default, and one event is at most about 100 KiB."""


class LostLead(Exception):
    """Another relay publishes this outbox, or may."""


@asynccontextmanager
async def relaying(service: str, store: Store, settings: Settings) -> AsyncIterator[Supervised]:
    """The service's relay at work in the background."""
    task = Supervised(service, "the relay", Relay(service, store, Cluster.of(settings)).run)
    try:
        yield task
    finally:
        await task.end()


class Relay:
    """One service's outbox on its way to its topics."""

    def __init__(self, service: str, store: Store, servers: str | Cluster) -> None:
        self.service = service
        self.store = store
        self.topics = topics_of(service)
        self._cluster = Cluster.at(servers)
        self._repeats_at = 0.0
        telemetry.begin(telemetry.OF_A_RELAY, service)
        self._woken = asyncio.Event()
        store.on_commit(self._woken.set)

    async def run(self) -> None:
        """For ever: a failure is counted, logged and retried.

        Only the leader reports the lag: one that has lost the lead would report an old value.
        """
        while True:
            telemetry.RELAY_LAG.labels(self.service).set(0)
            try:
                async with self.store.leading() as leads:
                    await self._tell_lag()
                    await ensure_topics(self._cluster, self.topics)
                    async with producing(self._cluster) as producer:
                        await self._publish_while(leads, producer)
            except Exception as error:  # noqa: BLE001 the relay's loop must not end; it is logged and begins again
                telemetry.RELAY_ERRORS.labels(self.service).inc()
                telemetry.LOG.event("warning", self.service, "the relay begins again", error=repr(error))
                await asyncio.sleep(PAUSE_S)

    async def _publish_while(self, leads: Callable[[], bool], producer: AIOKafkaProducer) -> None:
        published: int = (await self.store.fetch("SELECT published_position FROM relay_state"))[0][0]
        heads = await heads_at(self.store, self.topics, published)
        page = Page(producer, published)
        while leads():
            if not page.size:
                await self._repeat_tombstones(producer, heads)
                self._woken.clear()
                page = await self._page(producer, published, heads)
            if page.size:
                async with asyncio.TaskGroup() as both:
                    both.create_task(publish(producer, page, self._cluster))
                    full = page.size == PAGE
                    following = both.create_task(self._page(producer, page.last, heads)) if full else None
                published = await self._advance(published, page.last)
                telemetry.PUBLISHED.labels(self.service).inc(page.size)
                page = following.result() if following else Page(producer, published)
            await self._tell_lag()
            if not page.size:
                await self._nudge()
        raise LostLead("the connection that held the lead is gone")

    async def _page(self, producer: AIOKafkaProducer, after: int, heads: Heads) -> Page:
        return await page_of(producer, self.store, self.topics, after, PAGE, heads)

    async def _advance(self, published: int, reached: int) -> int:
        moved = await self.store.run(
            "UPDATE relay_state SET published_position = ? WHERE published_position = ? RETURNING one",
            (reached, published),
        )
        if not moved:
            raise LostLead("another relay has moved the published position")
        return reached

    async def _repeat_tombstones(self, producer: AIOKafkaProducer, heads: Heads) -> None:
        """Those that are the last of their partition; a consumer that has applied one skips it."""
        if monotonic() < self._repeats_at:
            return
        self._repeats_at = monotonic() + REPEAT_S
        page = Page(producer, 0)
        for (topic, _), position in heads.items():
            if is_compacted(topic):
                [last] = await read_rows(self.store, [topic], position - 1, 1)
                if erased_by(last.type):
                    page.add_tombstone(last)
        page.compress()
        await publish(producer, page, self._cluster)

    async def _tell_lag(self) -> None:
        rows = await self.store.fetch("SELECT last - published_position FROM counter, relay_state")
        telemetry.RELAY_LAG.labels(self.service).set(rows[0][0])

    async def _nudge(self) -> None:
        """Wait until something was committed, at most POLL_S: a nudge may be lost."""
        with suppress(TimeoutError):
            async with asyncio.timeout(POLL_S):
                await self._woken.wait()


async def publish(producer: AIOKafkaProducer, page: Page, cluster: Cluster) -> None:
    """Publish, per partition in order; returns when the broker has acknowledged all of the page.

    A partition's next batch waits for the acknowledgement of the one before, so that none overtakes a failed one.
    """
    waiting = await page.compressed()
    while waiting:
        async with asyncio.timeout(ACKNOWLEDGED_S):
            sent = [
                await producer.send_batch(queue.popleft(), cluster.outside(topic), partition=partition)
                for (topic, partition), queue in waiting.items()
            ]
            await asyncio.gather(*sent)
        waiting = {place: queue for place, queue in waiting.items() if queue}


@asynccontextmanager
async def producing(servers: str | Cluster) -> AsyncIterator[AIOKafkaProducer]:
    """A producer until the first failure; then it is discarded with its buffered records."""
    producer = Producer(
        **Cluster.at(servers).options,
        acks="all",
        enable_idempotence=True,
        compression_type="zstd",
        max_batch_size=LARGEST_BATCH,
        request_timeout_ms=REQUEST_MS,
    )
    async with started(producer, producer.discard):
        yield producer


class Producer(AIOKafkaProducer):  # type: ignore[misc] # aiokafka has no types
    """A producer that can be discarded: `stop` would wait for a broker that may be gone."""

    async def discard(self) -> None:
        self._closed = True
        await asyncio.gather(self._sender.close(), self.client.close())

"""The bus on Apache Kafka: a group per consumer, which reads on from the marks in the consumer's own database.

Offsets are never committed to Kafka: the marks are stored with the result of the events, in one transaction.
When partitions are reassigned, the marks are loaded again, and reading continues from there.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator, Sequence
from contextlib import suppress
from time import monotonic
from typing import Any

import httpx
import msgspec
from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, ConsumerRecord, TopicPartition
from aiokafka.coordinator.assignors.range import RangePartitionAssignor
from aiokafka.errors import KafkaError

from shared.base import telemetry
from shared.base.settings import Settings
from shared.contracts.envelope import Envelope
from shared.contracts.language import EVENT_TYPES, class_of, service_of
from shared.domain.access.roles import UNHIDDEN
from shared.messaging.bus.clients import started
from shared.messaging.bus.cluster import Cluster
from shared.messaging.bus.protocol import (
    ALL,
    CLASSES_SHOWN,
    SIGHT_SHOWN,
    UNREAD,
    LoadMarks,
    LostCommits,
    Marks,
    Record,
)
from shared.messaging.bus.topics import ensure_topics
from shared.store import Unreachable
from shared.store.outbox import partition_of

PAGE = 2000
IDLE_MS = 1000
FETCH_WAIT_MS = 200
"""How long the broker may hold a fetch that finds nothing. It answers at once when an event arrives, so this is no
lag: it decides how often an idle consumer asks. Only after a fold of more than 100 ms may one partition wait for
it: aiokafka then asks for the others meanwhile, and has one fetch at a time on each connection."""
ASSIGNORS = (RangePartitionAssignor,)
"""One replica has partition n of every topic, because all topics have equally many. A project has the same partition in
all of them, so two replicas fold events of one project at a time only while partitions are being assigned anew."""
SESSION_MS = 6000
HEADS_S = 30.0
"""How often a consumer asks its sources for their last positions. The event after a gap shows the gap, but no event
follows a loss at the end of a partition."""
FIRST_HEADS_S = 2.0
"""How soon it asks for the first time. A source that lost commits must be noticed before it has written as many new
ones."""
ASKING_S = 2.0
"""How long a source may take to answer. Meanwhile nothing is applied from the others."""
NO_OFFSET = -1
WARN_AGAIN_S = 60.0
"""How often the log mentions other instances on the same topic, in seconds."""


class FeedPage(msgspec.Struct):
    """A page of a service's event feed; the events stay the bytes they are."""

    items: list[msgspec.Raw]
    position: str
    next: str | None = None


class Head(msgspec.Struct):
    """Where a partition ends."""

    topic: str
    partition: int
    position: str


class Heads(msgspec.Struct):
    """Where the partitions of a service end, as far as they are published."""

    epoch: int
    last: str
    items: list[Head]


_PAGE = msgspec.json.Decoder(FeedPage).decode
_HEADS = msgspec.json.Decoder(Heads).decode
_ENVELOPE = msgspec.json.Decoder(Envelope).decode


class KafkaBus:
    """What the settings' brokers carry; gaps are healed from the event feed of the service that has the events."""

    def __init__(self, settings: Settings, feed_token: Callable[[], str]) -> None:
        self._settings = settings
        self.cluster = Cluster.of(settings)
        self._others = _OtherInstances()
        self._feed_token = feed_token
        self._http = httpx.AsyncClient(timeout=10)

    async def read(
        self, consumer: str, topics: Sequence[str], load: LoadMarks
    ) -> AsyncGenerator[list[Record], None]:
        await ensure_topics(self.cluster, topics)
        client = self.client(consumer)
        seeking = _SeekToMarks(self.cluster, client, load)
        client.subscribe([self.cluster.outside(topic) for topic in topics], listener=seeking)
        ends = _Ends(self, client, sorted({service_of(topic) for topic in topics}))
        async with started(client, client.stop):
            while True:
                got = await client.getmany(timeout_ms=IDLE_MS, max_records=PAGE)
                seeking.check()
                batch = [
                    record for messages in got.values() for record in map(self._record, messages) if record
                ]
                if batch:
                    yield batch
                if lost := await ends.missing(seeking.marks):
                    yield lost

    def client(self, consumer: str) -> AIOKafkaConsumer:
        """One member of the consumer's group, not started and without topics."""
        return AIOKafkaConsumer(
            **self.cluster.options,
            group_id=self.cluster.group(consumer),
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            partition_assignment_strategy=ASSIGNORS,
            fetch_max_wait_ms=FETCH_WAIT_MS,
            session_timeout_ms=SESSION_MS,
            heartbeat_interval_ms=SESSION_MS // 3,
        )

    def _record(self, message: ConsumerRecord) -> Record | None:
        """None for an empty message, and for one that another instance published on the same topic, which is counted."""
        record = _record(message, self.cluster.inside(message.topic))
        if record is None or not (other := self.cluster.other_instance(_source(message, record))):
            return record
        self._others.count(other, message.topic, service_of(record.topic))
        return None

    async def heal(self, topic: str, partition: int, after: int, until: int) -> list[Record]:
        try:
            return [record async for record in self._feed(topic, partition, after, until)]
        except httpx.HTTPError as error:
            raise Unreachable(f"the event feed behind {topic} does not answer: {error!r}") from error

    async def _feed(self, topic: str, partition: int, after: int, until: int) -> AsyncIterator[Record]:
        start: str | None = str(after)
        while start is not None and int(start) < until - 1:
            answer = await self._ask(service_of(topic), "events", after=start)
            if class_of(topic) not in answer.headers.get(CLASSES_SHOWN, "").split():
                raise Unreachable(f"the token lacks the scope {service_of(topic)}.restricted to heal {topic}")
            if answer.headers.get(SIGHT_SHOWN) != ALL:
                raise Unreachable(
                    f"the token does not see all that is confidential: it needs {UNHIDDEN} to heal"
                )
            page = _PAGE(answer.content)
            for record in _records_of(page, topic, partition):
                if record.position < until:
                    yield record
            start = page.next

    async def heads(self, service: str) -> Heads:
        """Where the partitions of a service end, from the source itself."""
        return _HEADS((await self._ask(service, "events/heads")).content)

    async def last(self, service: str) -> int:
        try:
            return int((await self.heads(service)).last)
        except httpx.HTTPError as error:
            raise Unreachable(f"the event feed of {service} does not answer: {error!r}") from error

    async def _ask(self, service: str, what: str, **params: str) -> httpx.Response:
        answer = await self._http.get(
            f"{self._settings.feed_url(service)}/{service}/v1/{what}",
            params=params,
            headers={"Authorization": f"Bearer {self._feed_token()}"},
        )
        return answer.raise_for_status()

    async def close(self) -> None:
        await self._http.aclose()


class _OtherInstances:
    """Counts what other instances publish on this one's topics, and warns of it, but not of every event."""

    def __init__(self) -> None:
        self._not_logged: dict[str, int] = {}
        """Topic -> number of events that are not logged yet."""
        self._due: dict[str, float] = {}
        """Topic -> when the log may mention it again, by the monotonic clock."""

    def count(self, instance: str, topic: str, service: str) -> None:
        """One event on the topic, by its name on the cluster, of the service that publishes there."""
        telemetry.OTHER_INSTANCE.inc()
        self._not_logged[topic] = self._not_logged.get(topic, 0) + 1
        if monotonic() < self._due.get(topic, 0.0):
            return
        self._due[topic] = monotonic() + WARN_AGAIN_S
        telemetry.LOG.event(
            "warning", service, "events of another instance are passed over: give each a PORTOLAN_TOPIC_PREFIX",
            instance=instance, topic=topic, events=self._not_logged.pop(topic),
        )  # fmt: skip


class _Ends:
    """Finds what the broker lost at the end of a partition, where no later event shows the gap."""

    def __init__(self, bus: KafkaBus, client: AIOKafkaConsumer, services: Sequence[str]) -> None:
        self._bus = bus
        self._client = client
        self._services = services
        self._heads: dict[TopicPartition, tuple[int, int]] = {}
        self._due = monotonic() + min(FIRST_HEADS_S, HEADS_S)

    async def missing(self, marks: Marks) -> list[Record]:
        """The last event of each partition that was read to its end, and yet ends before what its source had published
        when it was last asked. Whatever else is missing is a gap before it, healed as gaps are."""
        if monotonic() < self._due:
            return []
        self._due = monotonic() + HEADS_S
        try:
            async with asyncio.timeout(ASKING_S):
                before, self._heads = self._heads, await self._ask(dict(marks))
            ends = await self._client.end_offsets(list(self._client.assignment()))
            return [
                record
                for place, end in ends.items()
                for record in await self._lost(place, end, marks, *before.get(place, (0, 0)))
            ]
        except (httpx.HTTPError, KafkaError, Unreachable, TimeoutError) as error:
            telemetry.LOG.event(
                "warning", ",".join(self._services), "the ends are not known", error=repr(error)
            )
            return []

    async def _ask(self, marks: Marks) -> dict[TopicPartition, tuple[int, int]]:
        """(epoch, position) of the last events; LostCommits where a source ends before the marks, read before it was
        asked."""
        heads_of = {service: await self._bus.heads(service) for service in self._services}
        for service, heads in heads_of.items():
            own = [
                m.position
                for (t, _), m in marks.items()
                if service_of(t) == service and m.epoch == heads.epoch
            ]
            if own and max(own) > int(heads.last):
                raise LostCommits(service, int(heads.last), max(own))
        return {
            TopicPartition(self._bus.cluster.outside(head.topic), head.partition): (
                heads.epoch,
                int(head.position),
            )
            for heads in heads_of.values()
            for head in heads.items
        }

    async def _lost(
        self, place: TopicPartition, end: int, marks: Marks, epoch: int, head: int
    ) -> list[Record]:
        topic = self._bus.cluster.inside(place.topic)
        mark = marks.get((topic, place.partition), UNREAD)
        if mark.position >= head or mark.epoch not in (UNREAD.epoch, epoch):
            return []
        if await self._client.position(place) < end:
            return []
        return await self._bus.heal(topic, place.partition, head - 1, head + 1)


class _SeekToMarks(ConsumerRebalanceListener):  # type: ignore[misc] # aiokafka has no types
    """Puts the partitions that were just assigned where the consumer's marks stand."""

    def __init__(self, cluster: Cluster, client: AIOKafkaConsumer, load: LoadMarks) -> None:
        self._cluster = cluster
        self._client = client
        self._load = load
        self.marks: Marks = {}
        self._failed: Exception | None = None

    async def on_partitions_revoked(self, revoked: set[TopicPartition]) -> None:
        """Nothing to save: a batch still being folded is fenced by its marks."""

    async def on_partitions_assigned(self, assigned: set[TopicPartition]) -> None:
        try:
            self.marks = await self._load()
        except Exception as error:  # noqa: BLE001 aiokafka would swallow it; the reader raises it
            self._failed = error
            return
        for place in assigned:
            mark = self.marks.get((self._cluster.inside(place.topic), place.partition))
            if mark:
                self._client.seek(place, mark.next_offset)

    def check(self) -> None:
        if self._failed:
            raise self._failed


def _source(message: ConsumerRecord, record: Record) -> str:
    """The source of the event; empty if the record is not an event, which then becomes a dead letter."""
    if message.value is None:
        return (dict(message.headers).get("ce_source") or b"").decode(errors="replace")
    with suppress(msgspec.DecodeError):
        return record.event.source
    return ""


def _record(message: ConsumerRecord, topic: str) -> Record | None:
    """The record of a Kafka message; a foreign one gets a negative position, made from its offset.

    None for a message without a value that is no tombstone of Portolan either.
    """
    if message.value is None:
        return _tombstone(message, topic)
    record = Record(topic, message.partition, message.offset, -1 - message.offset, 0, 0, message.value)
    with suppress(msgspec.DecodeError, ValueError):
        _place(record, record.event)
    return record


def _tombstone(message: ConsumerRecord, topic: str) -> Record | None:
    """It directly follows its event. A consumer that has not seen that event has a gap up to and including its position."""
    headers = {name: value or b"" for name, value in message.headers}
    try:
        position, epoch = int(headers["ce_sequence"]), int(headers["ce_source"].rsplit(b"/", 1)[-1])
    except (KeyError, ValueError):
        return None
    return Record(topic, message.partition, message.offset, position, position, epoch, b"")


def _place(record: Record, event: Envelope) -> None:
    epoch, position, previous = (
        int(event.source.rsplit("/", 1)[-1]),
        int(event.sequence),
        int(event.previoussequence),
    )
    record.epoch, record.position, record.previous = epoch, position, previous


def _records_of(page: FeedPage, topic: str, partition: int) -> Iterator[Record]:
    """The events of a page that belong to one partition."""
    for raw in page.items:
        value = bytes(raw)
        event = _ENVELOPE(value)
        if _topic_of(event) == topic and partition_of(event.partitionkey) == partition:
            record = Record(topic, partition, NO_OFFSET, 0, 0, 0, value)
            _place(record, event)
            yield record


def _topic_of(event: Envelope) -> Any:
    declared = EVENT_TYPES.get(event.type)
    return declared[0].topic if declared else None

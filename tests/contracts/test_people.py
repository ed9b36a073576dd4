"""The topic of persons on Apache Kafka: compacted, and forgetting who was erased, to whoever comes when."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from deploy.kafka.broker import Broker
from services.reporting.replay import compare, replaying
from services.reporting.service import SERVICE as REPORTING
from services.resources.service import SERVICE as RESOURCES
from shared.base.settings import Settings
from shared.contracts.language import PARTITIONS, topics_of
from shared.messaging.bus.kafka import KafkaBus
from shared.messaging.bus.topics import COMPACTED, UNLIMITED, ensure_topics
from shared.messaging.inbox import Inbox
from shared.messaging.relay import relaying
from shared.runtime.running import Opened, opened
from shared.runtime.serve import serving
from shared.store import Store
from shared.store.outbox import partition_of
from tests.conftest import Callers, running_service
from tests.contracts.carried import without_topics
from tests.contracts.consuming import eventually

PEOPLE = "portolan.resources.people.v1"
PERSONS = "/resources/v1/persons"
ADA = {"name": "Ada Byron", "email": "ada.byron@ockham.example", "location": "Ockham Park"}
TRACES = ("Byron", "ockham", "Countess")
PROJECTION, *_ = REPORTING.consumers
NAMED_ONLY = [("ce_sequence", None), ("ce_source", None)]
AT_ONCE = {
    "segment.ms": "50",
    "min.compaction.lag.ms": "0",
    "max.compaction.lag.ms": "100",
    "min.cleanable.dirty.ratio": "0.01",
    "delete.retention.ms": "100",
}
"""Compaction as it happens after days, within seconds."""


@dataclass
class People:
    """The resources service with its relay on Kafka, and projections of reporting that read from there."""

    settings: Settings
    source: Opened
    callers: Callers
    client: httpx.AsyncClient = field(init=False)

    def __post_init__(self) -> None:
        self.client = self.callers("director")

    async def hires(self) -> dict[str, Any]:
        """In two versions."""
        created = (await self.client.post(PERSONS, json=ADA)).json()
        patch = {"If-Match": '"1"', "Content-Type": "application/merge-patch+json"}
        url = f"{PERSONS}/{created['id']}"
        return (await self.client.patch(url, json={"name": "Countess"}, headers=patch)).json()  # type: ignore[no-any-return]

    async def erases(self, person: dict[str, Any]) -> None:
        match = {"If-Match": f'"{person["version"]}"'}
        erased = await self.client.post(f"{PERSONS}/{person['id']}/erase", headers=match)
        assert erased.status_code == 200, erased.text

    async def hires_into(self, partition: int) -> None:
        """Somebody whose events follow in that partition."""
        while partition_of((await self.client.post(PERSONS, json={"name": "X"})).json()["id"]) != partition:
            continue

    async def is_published(self) -> bool:
        rows = await self.source.kernel.store.fetch(
            "SELECT last - published_position FROM counter, relay_state"
        )
        return bool(rows[0][0] == 0)

    @asynccontextmanager
    async def projecting(self, name: str) -> AsyncIterator[Store]:
        """Reporting's projection in a store of its own, as far as it comes."""
        settings = self.settings.model_copy(update={"data": self.settings.data / name})
        bus = KafkaBus(settings, lambda: self.callers.token("service"))
        async with opened(REPORTING, settings, self.source.kernel.tokens) as one:
            task = asyncio.create_task(Inbox(one.kernel, bus, PROJECTION).run())
            try:
                yield one.kernel.store
            finally:
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)
                await bus.close()

    async def is_folded(self, store: Store) -> bool:
        """Whether the projection is what is made anew from the outbox."""
        sources = {"resources": (self.source.kernel.store, topics_of("resources"))}
        async with replaying(self.settings, sources) as replay:
            await replay.catch_up()
            return replay.events > 0 and await compare(store, replay.kernel.store) == []


@asynccontextmanager
async def administered(servers: str) -> AsyncIterator[AIOKafkaAdminClient]:
    admin = AIOKafkaAdminClient(bootstrap_servers=servers)
    await admin.start()
    try:
        yield admin
    finally:
        await admin.close()


async def stands(servers: str, wanted: dict[str, str], topic: str = PEOPLE) -> bool:
    """Whether the broker answers that the topic is set so; a moment passes until it has heard."""
    async with administered(servers) as admin:
        [answer] = await admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, topic)])
    by_key = {name: value for name, value, *_ in answer.resources[0][4]}
    return all(by_key.get(name) == value for name, value in wanted.items())


async def messages(servers: str, partition: int) -> list[ConsumerRecord]:
    """What the topic holds of a partition now."""
    place = TopicPartition(PEOPLE, partition)
    reader = AIOKafkaConsumer(bootstrap_servers=servers, auto_offset_reset="earliest")
    await reader.start()
    try:
        reader.assign([place])
        await reader.seek_to_beginning()
        end = (await reader.end_offsets([place]))[place]
        items: list[ConsumerRecord] = []
        while await reader.position(place) < end:
            items += (await reader.getmany(timeout_ms=200)).get(place, [])
        return items
    finally:
        await reader.stop()


@pytest.fixture
async def servers(broker: Broker) -> str:
    return await without_topics(broker.servers)


@pytest.fixture
async def people(servers: str, tmp_path: Path) -> AsyncIterator[People]:
    settings = Settings(data=tmp_path / "source", bus_url=f"kafka://{servers}")
    async with running_service(RESOURCES, settings) as (one, callers), AsyncExitStack() as stack:
        settings.feeds["resources"] = await stack.enter_async_context(serving(one.app, "127.0.0.1", 0))
        yield People(settings, one, callers)


async def test_persons_are_compacted_and_every_other_topic_keeps_everything(servers: str) -> None:
    allocations = "portolan.resources.v1"
    assert {allocations, PEOPLE} <= set(topics_of("resources"))
    await ensure_topics(servers, [allocations, PEOPLE])
    await eventually(partial(stands, servers, COMPACTED))
    await eventually(partial(stands, servers, UNLIMITED, allocations))


async def test_an_older_topic_of_persons_is_compacted_and_keeps_what_operators_set(servers: str) -> None:
    theirs = {"max.message.bytes": "2000000", "segment.ms": "3600000"}
    async with administered(servers) as admin:
        await admin.create_topics([NewTopic(PEOPLE, PARTITIONS, -1, {}, UNLIMITED | theirs)])
    await eventually(partial(stands, servers, UNLIMITED | theirs))
    for _ in range(2):
        await ensure_topics(servers, [PEOPLE])
        await eventually(partial(stands, servers, COMPACTED | theirs))


async def test_an_erasure_is_an_event_and_then_a_tombstone_of_its_key(people: People, servers: str) -> None:
    async with relaying("resources", people.source.kernel.store, people.settings):
        person = await people.hires()
        await people.erases(person)
        await eventually(people.is_published)
    items = await messages(servers, partition_of(person["id"]))
    assert [m.key.decode() for m in items] == [person["id"]] * 4
    assert [m.value is None for m in items] == [False, False, False, True]
    event = dict(items[2].headers)
    assert dict(items[3].headers) == {
        "ce_specversion": b"1.0",
        "ce_source": b"/portolan/portolan/resources/1",
        "ce_sequence": b"%020d" % 3,
        **{name: event[name] for name in ("ce_id", "ce_type", "ce_subject")},
    }


async def test_one_who_is_there_and_one_who_comes_later_end_with_the_same(people: People) -> None:
    """The later one reads the name on the topic, which is not compacted yet, and forgets it all the same."""
    async with relaying("resources", people.source.kernel.store, people.settings):
        async with people.projecting("there") as store:
            person = await people.hires()
            await eventually(partial(people.is_folded, store))
            await people.erases(person)
            await eventually(partial(people.is_folded, store))
            assert not await tells_of_her(store)
        async with people.projecting("later") as store:
            await eventually(partial(people.is_folded, store))
            assert not await tells_of_her(store)


async def test_a_topic_that_was_compacted_names_nobody_and_its_gaps_are_healed(
    people: People, servers: str
) -> None:
    person = await people.hires()
    partition = partition_of(person["id"])
    await compact_at_once(servers)

    async def names_nobody() -> bool:
        """Somebody else's events follow, so that Kafka has something to compact, the tombstone included."""
        await people.hires_into(partition)
        await eventually(people.is_published)
        items = await messages(servers, partition)
        return not any(m.key.decode() == person["id"] for m in items)

    async with relaying("resources", people.source.kernel.store, people.settings):
        await eventually(people.is_published)
        assert [m.key.decode() for m in await messages(servers, partition)] == [person["id"]] * 2
        await people.erases(person)
        await eventually(names_nobody)
        async with people.projecting("later") as store:
            await eventually(partial(people.is_folded, store))
            assert not await tells_of_her(store)
            stored = await store.fetch("SELECT version FROM history WHERE aggregate_id = ?", (person["id"],))
            assert sorted(row[0] for row in stored) == [1, 2, 3]


async def test_where_nothing_follows_the_tombstone_is_repeated_until_it_stands_alone(
    people: People, servers: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.messaging.relay.REPEAT_S", 0.2)
    person = await people.hires()
    partition = partition_of(person["id"])
    await compact_at_once(servers)

    async def only_tombstones() -> bool:
        return all(m.value is None for m in await messages(servers, partition))

    async with relaying("resources", people.source.kernel.store, people.settings):
        await eventually(people.is_published)
        await people.erases(person)
        await eventually(people.is_published)
        await eventually(only_tombstones)
    assert await messages(servers, partition)
    async with people.projecting("later") as store:
        await eventually(partial(people.is_folded, store))
        assert not await tells_of_her(store)


async def test_a_tombstone_that_is_the_last_of_a_partition_is_enough(people: People, servers: str) -> None:
    """All that stood before it was compacted away."""
    person = await people.hires()
    await people.erases(person)
    headers = [("ce_source", b"/portolan/portolan/resources/1"), ("ce_sequence", b"%020d" % 3)]
    await ensure_topics(servers, [PEOPLE])
    async with AIOKafkaProducer(bootstrap_servers=servers) as relay:
        key, partition = person["id"].encode(), partition_of(person["id"])
        await relay.send_and_wait(PEOPLE, key=key, partition=partition, headers=headers)
    async with people.projecting("later") as store:
        await eventually(partial(people.is_folded, store))
        assert len(await store.fetch("SELECT version FROM history")) == 3


async def test_a_message_without_a_value_that_is_nobody_s_tombstone_is_passed_over(
    people: People, servers: str
) -> None:
    await ensure_topics(servers, [PEOPLE])
    async with AIOKafkaProducer(bootstrap_servers=servers) as stranger:
        for partition in range(PARTITIONS):
            for headers in ([], [("ce_sequence", b"seven"), ("ce_source", b"/")], NAMED_ONLY):
                await stranger.send_and_wait(PEOPLE, key=b"x", partition=partition, headers=headers)
    async with (
        relaying("resources", people.source.kernel.store, people.settings),
        people.projecting("there") as store,
    ):
        await people.hires()
        await eventually(partial(people.is_folded, store))
        assert await store.fetch("SELECT id FROM dead_letter") == []


async def compact_at_once(servers: str) -> None:
    await ensure_topics(servers, topics_of("resources"))
    await set_on(servers, ConfigResourceType.BROKER, "1", {"log.cleaner.backoff.ms": "100"})
    await set_on(servers, ConfigResourceType.TOPIC, PEOPLE, COMPACTED | AT_ONCE)


async def set_on(servers: str, kind: ConfigResourceType, name: str, settings: dict[str, str]) -> None:
    async with administered(servers) as admin:
        for answer in await admin.alter_configs([ConfigResource(kind, name, settings)]):
            assert all(code == 0 for code, *_ in answer.resources), answer


async def tells_of_her(store: Store) -> bool:
    rows = []
    for table in REPORTING.metadata.tables:
        rows += await store.fetch(f"SELECT * FROM {table}")
    return any(word in repr(tuple(row)) for row in rows for word in TRACES)

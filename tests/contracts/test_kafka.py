"""What only Kafka can do to a consumer: foreign messages, shared partitions, a broker that dies or freezes."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from prometheus_client import REGISTRY

from deploy.kafka.broker import Broker
from services.resources.service import SERVICE as RESOURCES
from shared.base.settings import Settings
from shared.base.telemetry import RELAY_LAG
from shared.contracts.language import PARTITIONS, topics_of
from shared.messaging.bus.embedded import read_outbox
from shared.messaging.bus.kafka import KafkaBus
from shared.messaging.bus.topics import WrongPartitions, ensure_topics
from shared.runtime.serve import serving
from shared.store import open_store
from shared.store.outbox import partition_of
from tests.conftest import make_databases, running_service
from tests.contracts.carried import TOPICS, Carried, source, without_topics
from tests.contracts.consuming import consuming, eventually

TOPIC = TOPICS[0]


def relay_errors() -> float:
    return REGISTRY.get_sample_value("portolan_relay_errors_total", {"service": "projects"}) or 0.0


async def lag_is(events: int) -> bool:
    return REGISTRY.get_sample_value("portolan_relay_lag_events", {"service": "projects"}) == events


@pytest.fixture
async def on_kafka(broker: Broker, tmp_path: Path) -> AsyncIterator[Carried]:
    servers = await without_topics(broker.servers)
    async with source(tmp_path, f"kafka://{servers}") as one:
        yield one


@pytest.fixture
async def on_a_broker_of_its_own(apache_kafka: str, tmp_path: Path) -> AsyncIterator[tuple[Carried, Broker]]:
    broker = Broker(tmp_path / "kafka")
    broker.start()
    try:
        async with source(tmp_path, f"kafka://{broker.servers}") as one:
            yield one, broker
    finally:
        broker.kill()


async def test_a_topic_has_twelve_partitions_and_keeps_everything(on_kafka: Carried) -> None:
    servers = on_kafka.settings.kafka_servers
    await ensure_topics(servers, TOPICS)
    await ensure_topics(servers, TOPICS)
    admin = AIOKafkaAdminClient(bootstrap_servers=servers)
    await admin.start()
    try:
        described = await admin.describe_topics(TOPICS)
    finally:
        await admin.close()
    assert {t["topic"]: len(t["partitions"]) for t in described} == dict.fromkeys(TOPICS, PARTITIONS)


async def test_a_topic_with_other_partitions_is_refused(on_kafka: Carried) -> None:
    servers = on_kafka.settings.kafka_servers
    admin = AIOKafkaAdminClient(bootstrap_servers=servers)
    await admin.start()
    try:
        await admin.create_topics([NewTopic("portolan.narrow.v1", 3, 1)])
    finally:
        await admin.close()
    with pytest.raises(WrongPartitions, match=r"portolan\.narrow\.v1 has 3 partitions"):
        await ensure_topics(servers, ["portolan.narrow.v1"])


async def test_a_message_is_a_structured_cloud_event_keyed_by_its_partition_key(on_kafka: Carried) -> None:
    await on_kafka.write(aggregates=1)
    async with on_kafka.publishing():
        [record] = await on_kafka.read(1)
    reader = AIOKafkaConsumer(bootstrap_servers=on_kafka.settings.kafka_servers, auto_offset_reset="earliest")
    await reader.start()
    try:
        reader.assign([TopicPartition(record.topic, record.partition)])
        await reader.seek_to_beginning()
        message = await reader.getone()
    finally:
        await reader.stop()
    event = json.loads(message.value)
    assert message.key.decode() == event["partitionkey"] == event["subject"]
    assert message.partition == partition_of(event["partitionkey"])
    assert {name: value.decode() for name, value in message.headers} == {
        "content-type": "application/cloudevents+json; charset=UTF-8",
        "ce_id": event["id"],
        "ce_type": event["type"],
        "ce_subject": event["subject"],
    }


@pytest.mark.parametrize("junk", [b"not json", b"{}", b'{"sequence": "seven"}', b"\xff\xfe", b""])
async def test_what_is_no_event_is_put_aside_and_the_rest_goes_on(on_kafka: Carried, junk: bytes) -> None:
    await ensure_topics(on_kafka.settings.kafka_servers, TOPICS)
    async with AIOKafkaProducer(bootstrap_servers=on_kafka.settings.kafka_servers) as stranger:
        for partition in range(PARTITIONS):
            await stranger.send_and_wait(TOPIC, junk, partition=partition)
    async with on_kafka.publishing(), consuming(on_kafka) as consumer:
        await on_kafka.write(aggregates=20)
        await consumer.until(20)
        buried = await consumer.store.fetch("SELECT DISTINCT partition, position FROM dead_letter")
        assert sorted(await consumer.positions()) == list(range(1, 21))
    assert sorted(buried) == [(partition, -1) for partition in range(PARTITIONS)]


async def test_two_replicas_share_the_partitions_and_fold_each_event_once(on_kafka: Carried) -> None:
    async with on_kafka.publishing(), consuming(on_kafka) as first:
        await on_kafka.write(aggregates=40)
        await first.until(40)
        async with consuming(on_kafka):
            await on_kafka.write(aggregates=40, versions=3)
            await first.until(160)
        await on_kafka.write(aggregates=40)
        await first.until(200)
        assert sorted(await first.positions()) == list(range(1, 201))
        assert await first.are_in_order()


async def test_a_killed_broker_costs_nothing_but_time(on_a_broker_of_its_own: tuple[Carried, Broker]) -> None:
    carried, broker = on_a_broker_of_its_own
    async with carried.publishing(), consuming(carried) as consumer:
        await carried.write(aggregates=30)
        await consumer.until(30)
        await asyncio.to_thread(broker.kill)
        await carried.write(aggregates=30, versions=3)
        await asyncio.to_thread(broker.start)
        await consumer.until(120)
        assert sorted(await consumer.positions()) == list(range(1, 121))


async def test_a_frozen_broker_is_waited_for_and_nothing_is_lost_or_reordered(
    on_a_broker_of_its_own: tuple[Carried, Broker],
) -> None:
    carried, broker = on_a_broker_of_its_own
    async with carried.publishing(), consuming(carried) as consumer:
        await carried.write(aggregates=10)
        await consumer.until(10)
        errors = relay_errors()

        async def began_again() -> bool:
            return relay_errors() > errors

        broker.freeze()
        await carried.write(aggregates=30, versions=3)
        await eventually(began_again)
        broker.thaw()
        await consumer.until(100)
        assert sorted(await consumer.positions()) == list(range(1, 101))


async def test_of_two_relays_of_one_outbox_one_leads_and_the_other_takes_over(
    broker: Broker, postgres: str, tmp_path: Path
) -> None:
    servers, databases = await without_topics(broker.servers), await make_databases(postgres, ["projects"])
    async with source(tmp_path, f"kafka://{servers}", databases) as one, consuming(one) as consumer:
        async with one.publishing():
            await one.write(aggregates=20)
            await consumer.until(20)
            second = AsyncExitStack()
            await second.enter_async_context(one.publishing())
            await one.write(aggregates=20)
            await consumer.until(40)
        async with second:
            await one.write(aggregates=20)
            await consumer.until(60)
        assert sorted(await consumer.positions()) == list(range(1, 61))
        assert await consumer.are_in_order()


async def test_the_lag_is_told_by_the_relay_that_leads_and_by_no_other(postgres: str, tmp_path: Path) -> None:
    databases = await make_databases(postgres, ["projects"])
    async with source(tmp_path, "kafka://127.0.0.1:9", databases) as one:
        await one.write(aggregates=3)
        RELAY_LAG.labels("projects").set(50)  # what this process saw when it led last
        elsewhere, lead = await open_store(one.settings.store_url("projects")), AsyncExitStack()
        await lead.enter_async_context(elsewhere.leading())
        try:
            async with one.publishing():
                await eventually(partial(lag_is, 0))
                await lead.aclose()
                await eventually(partial(lag_is, 3))
        finally:
            await elsewhere.close()


async def test_a_topic_that_bears_no_service_s_name_is_healed_by_the_service_that_has_it(
    tmp_path: Path,
) -> None:
    settings = Settings(data=tmp_path, bus_url="kafka://127.0.0.1:9")
    async with running_service(RESOURCES, settings) as (one, callers):
        for n in range(3):
            await callers().post("/resources/v1/persons", json={"name": f"Person {n}"})
        [first, *_] = records = await read_outbox(one.kernel.store, topics_of("resources"), 0, 10, {})
        async with serving(one.app, "127.0.0.1", 0) as url:
            settings.feeds["resources"] = url
            bus = KafkaBus(settings, lambda: callers.token("service"))
            healed = await bus.heal(first.topic, first.partition, 0, records[-1].position + 1)
            await bus.close()
    assert first.topic == "portolan.resources.people.v1"
    assert [r.value for r in healed] == [r.value for r in records if r.partition == first.partition]

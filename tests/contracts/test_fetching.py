"""How a consumer asks Kafka: seldom while nothing happens, without delay when something does, and with whom it shares."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiokafka.client import AIOKafkaClient
from aiokafka.coordinator.protocol import ConsumerProtocolMemberMetadata
from aiokafka.protocol.fetch import FetchRequest

from deploy.kafka.broker import Broker
from shared.base.settings import Settings
from shared.contracts.language import PARTITIONS, topics_of
from shared.messaging.bus import kafka
from shared.messaging.bus.kafka import KafkaBus
from tests.contracts.carried import Carried, source, without_topics
from tests.contracts.consuming import consuming

EVERY_TOPIC = topics_of("projects", "resources", "finance", "risk")


@pytest.fixture
async def on_kafka(broker: Broker, tmp_path: Path) -> AsyncIterator[Carried]:
    servers = await without_topics(broker.servers)
    async with source(tmp_path, f"kafka://{servers}") as one:
        yield one


@pytest.fixture
def fetches(monkeypatch: pytest.MonkeyPatch) -> "asyncio.Queue[float]":
    """When each fetch was sent, by the loop's clock."""
    sent: asyncio.Queue[float] = asyncio.Queue()
    send = AIOKafkaClient.send

    async def noting(self: AIOKafkaClient, node_id: int, request: Any, **options: Any) -> Any:
        if isinstance(request, FetchRequest):
            sent.put_nowait(asyncio.get_running_loop().time())
        return await send(self, node_id, request, **options)

    monkeypatch.setattr(AIOKafkaClient, "send", noting)
    return sent


async def test_an_idle_consumer_asks_a_few_times_a_second(
    on_kafka: Carried, fetches: "asyncio.Queue[float]"
) -> None:
    async with on_kafka.publishing(), consuming(on_kafka) as consumer:
        await on_kafka.write(aggregates=1)
        await consumer.until(1)
        while not fetches.empty():
            fetches.get_nowait()
        async with asyncio.timeout(20):
            times = [await fetches.get() for _ in range(5)]
    assert times[-1] - times[0] > 0.5


async def test_an_event_is_not_held_up_by_a_fetch_that_waits(
    on_kafka: Carried, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kafka, "FETCH_WAIT_MS", 30_000)
    async with on_kafka.publishing(), consuming(on_kafka) as consumer, asyncio.timeout(20):
        for count in range(1, 4):
            await on_kafka.write(aggregates=1)
            await consumer.until(count)


class Described:
    """A cluster on which every topic has its partitions."""

    def partitions_for_topic(self, topic: str) -> set[int]:
        return set(range(PARTITIONS))


@pytest.mark.parametrize("replicas", [1, 2, 5, 7, PARTITIONS + 1])
async def test_one_replica_has_the_same_partitions_of_every_topic(tmp_path: Path, replicas: int) -> None:
    bus = KafkaBus(Settings(data=tmp_path, bus_url="kafka://127.0.0.1:9"), lambda: "")
    client = bus.client("contract")
    [assignor] = client._partition_assignment_strategy
    await client.stop()
    await bus.close()
    members = {f"replica-{n}": ConsumerProtocolMemberMetadata(0, EVERY_TOPIC, b"") for n in range(replicas)}
    holders: dict[int, list[str]] = defaultdict(list)
    for member, answer in assignor.assign(Described(), members).items():
        for place in answer.partitions():
            holders[place.partition].append(member)
    assert sorted(holders) == list(range(PARTITIONS))
    assert all(len(of_one) == len(EVERY_TOPIC) > 4 for of_one in holders.values())
    assert all(len(set(of_one)) == 1 for of_one in holders.values())

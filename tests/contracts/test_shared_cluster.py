"""Two instances on one Kafka: with prefixes of their own, and on the same topics."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient
from prometheus_client import REGISTRY

from deploy.kafka.broker import Broker
from shared.base import telemetry
from shared.contracts.language import PARTITIONS
from shared.messaging.bus.cluster import Cluster
from shared.messaging.bus.topics import ensure_topics
from tests.contracts.carried import TOPICS, source, without_topics
from tests.contracts.consuming import consuming

OTHERS: list[dict[str, Any]] = [
    {"topic_prefix": "other"},
    {"topic_prefix": "other.portolan", "instance": "other"},
    {"topic_prefix": "portolan.projects", "instance": "other"},
]


def passed_over() -> float:
    return REGISTRY.get_sample_value("portolan_events_other_instance_total") or 0.0


@pytest.fixture
async def servers(broker: Broker) -> str:
    return await without_topics(broker.servers)


@pytest.mark.parametrize("other", OTHERS, ids=lambda o: o["topic_prefix"])
async def test_a_prefix_keeps_two_instances_apart(
    servers: str, tmp_path: Path, other: dict[str, Any]
) -> None:
    before, bus_url = passed_over(), f"kafka://{servers}"
    async with (
        source(tmp_path / "a", bus_url) as one,
        source(tmp_path / "b", bus_url, **other) as two,
        one.publishing(), two.publishing(), consuming(one) as first, consuming(two) as second,
    ):  # fmt: skip
        await one.write(aggregates=30)
        await two.write(aggregates=20)
        await first.until(30)
        await second.until(20)
        assert sorted(await first.positions()) == list(range(1, 31))
        assert sorted(await second.positions()) == list(range(1, 21))
        assert await first.store.fetch("SELECT DISTINCT topic FROM inbox_position") == [(TOPICS[0],)]
        assert await second.store.fetch("SELECT DISTINCT topic FROM inbox_position") == [(TOPICS[0],)]
    assert passed_over() == before
    assert await topics_on(servers) >= {TOPICS[0], other["topic_prefix"] + ".projects.v1"}


async def topics_on(servers: str) -> set[str]:
    admin = AIOKafkaAdminClient(bootstrap_servers=servers)
    await admin.start()
    try:
        return set(await admin.list_topics())
    finally:
        await admin.close()


async def test_what_another_instance_publishes_on_the_same_topics_is_counted_told_and_passed_over(
    servers: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = io.StringIO()
    monkeypatch.setattr(telemetry.LOG, "stream", lines)
    before, bus_url = passed_over(), f"kafka://{servers}"
    async with (
        source(tmp_path / "a", bus_url) as one,
        source(tmp_path / "b", bus_url, instance="other") as two,
        one.publishing(), two.publishing(), consuming(one) as first, consuming(two) as second,
    ):  # fmt: skip
        await two.write(aggregates=20, versions=2)
        await second.until(40)
        await one.write(aggregates=30)
        await first.until(30)
        await two.write(aggregates=20)
        await second.until(60)
        assert sorted(await first.positions()) == list(range(1, 31))
        assert sorted(await second.positions()) == list(range(1, 61))
        for consumer in (first, second):
            assert await consumer.store.fetch("SELECT id FROM dead_letter") == []
            assert await consumer.store.fetch("SELECT aggregate_id FROM parked") == []
    assert passed_over() - before >= 30 + 40
    telemetry.LOG.flush()
    answer = [json.loads(line) for line in lines.getvalue().splitlines()]
    warnings = [line for line in answer if "PORTOLAN_TOPIC_PREFIX" in line["message"]]
    assert {(line["level"], line["instance"], line["topic"]) for line in warnings} == {
        ("warning", "other", TOPICS[0]),
        ("warning", "portolan", TOPICS[0]),
    }
    assert len(warnings) == 2, "one a minute and topic, not one an event"


async def test_a_tombstone_of_another_instance_is_passed_over(servers: str, tmp_path: Path) -> None:
    """Taken for one's own it would be a gap up to its position, which one's own feed does not have."""
    headers = [("ce_source", b"/portolan/other/projects/1"), ("ce_sequence", b"%020d" % 1_000)]
    async with source(tmp_path, f"kafka://{servers}") as one:
        await ensure_topics(Cluster.of(one.settings), TOPICS)
        before = passed_over()
        async with AIOKafkaProducer(bootstrap_servers=servers) as other:
            for partition in range(PARTITIONS):
                await other.send_and_wait(TOPICS[0], key=b"x", partition=partition, headers=headers)
        async with one.publishing(), consuming(one) as consumer:
            await one.write(aggregates=30)
            await consumer.until(30)
            assert sorted(await consumer.positions()) == list(range(1, 31))
        assert passed_over() - before > 0


def test_the_source_says_whose_an_event_is() -> None:
    cluster = Cluster({}, instance="north")
    whose = {
        "/portolan/north/projects/1": None,
        "/portolan/north-east/projects/1": "north-east",
        "/portolan/portolan/projects/1": "portolan",
        "/billing/north/1": None,
        "": None,
    }
    assert {text: cluster.other_instance(text) for text in whose} == whose

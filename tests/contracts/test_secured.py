"""Kafka with TLS and a password, and two instances on one cluster."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from aiokafka.errors import KafkaError
from prometheus_client import REGISTRY

from deploy.kafka.broker import Broker
from shared.base.settings import Settings
from shared.messaging.bus.cluster import Cluster
from shared.messaging.bus.topics import ensure_topics
from tests.contracts.carried import TOPICS, source, without_topics
from tests.contracts.secured import PASSWORD, USER, SecuredBroker


@pytest.fixture(scope="module")
def secured(apache_kafka: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SecuredBroker]:
    broker = SecuredBroker(tmp_path_factory.mktemp("secured"))
    broker.start()
    yield broker
    broker.kill()


def login(broker: SecuredBroker, **others: Any) -> dict[str, Any]:
    told = {
        "kafka_security": "SASL_SSL",
        "kafka_mechanism": "SCRAM-SHA-512",
        "kafka_user": USER,
        "kafka_password": PASSWORD,
        "kafka_ca": broker.authority,
    }
    return told | others


async def test_events_travel_over_tls_with_a_password(secured: SecuredBroker, tmp_path: Path) -> None:
    async with source(tmp_path, f"kafka://{secured.servers}", **login(secured)) as one, one.publishing():
        await one.write(aggregates=4, versions=3)
        records = await one.read(12)
    assert sorted(record.position for record in records) == list(range(1, 13))
    assert {record.topic for record in records} == set(TOPICS)


@pytest.mark.parametrize("wrong", [{"kafka_password": "wrong"}, {"kafka_ca": None}])
async def test_a_wrong_password_and_an_unknown_authority_are_refused(
    secured: SecuredBroker, wrong: dict[str, Any]
) -> None:
    settings = Settings(bus_url=f"kafka://{secured.servers}", **login(secured, **wrong))
    with pytest.raises((KafkaError, OSError, TimeoutError)):
        await ensure_topics(Cluster.of(settings), TOPICS)


def test_a_login_without_a_password_is_told_at_start() -> None:
    with pytest.raises(ValueError, match="PORTOLAN_KAFKA_PASSWORD"):
        Settings(kafka_security="SASL_SSL", kafka_user="portolan")


async def test_a_prefix_keeps_the_topics_of_two_instances_apart(broker: Broker, tmp_path: Path) -> None:
    servers = await without_topics(broker.servers)
    other = {"instance": "other", "topic_prefix": "other"}
    async with (
        source(tmp_path / "a", f"kafka://{servers}") as one,
        source(tmp_path / "b", f"kafka://{servers}", **other) as two,
        one.publishing(),
        two.publishing(),
    ):
        await one.write(aggregates=3)
        await two.write(aggregates=2)
        first, second = await one.read(3), await two.read(2)
    assert {record.event.source.split("/")[2] for record in first} == {"portolan"}
    assert {record.event.source.split("/")[2] for record in second} == {"other"}
    assert {record.topic for record in second} == set(TOPICS)


async def test_what_another_instance_published_on_the_same_topics_is_passed_over(
    broker: Broker, tmp_path: Path
) -> None:
    servers = await without_topics(broker.servers)
    async with (
        source(tmp_path / "a", f"kafka://{servers}") as one,
        source(tmp_path / "b", f"kafka://{servers}", instance="other") as two,
        two.publishing(),
    ):
        await two.write(aggregates=3)
        await two.read(3)
        before = REGISTRY.get_sample_value("portolan_events_of_others_total") or 0
        async with one.publishing():
            await one.write(aggregates=2)
            records = await one.read(2)
    assert {record.event.source.split("/")[2] for record in records} == {"portolan"}
    assert (REGISTRY.get_sample_value("portolan_events_of_others_total") or 0) > before

"""Kafka over TLS, with a login or a certificate: relay, consumers, topics and the check before a restore."""

import asyncio
import gc
import io
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from aiokafka.errors import KafkaError

from services.backup import NotKept, refuse_old_topics
from shared.base import telemetry
from shared.base.settings import Settings
from shared.base.starting import CannotStart
from shared.messaging.bus.cluster import Cluster
from shared.messaging.bus.topics import ensure_topics
from tests.contracts.carried import TOPICS, source
from tests.contracts.consuming import consuming, eventually
from tests.contracts.secured import MECHANISMS, PASSWORD, USER, SecuredBroker


@pytest.fixture(scope="module")
def secured(apache_kafka: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SecuredBroker]:
    broker = SecuredBroker(tmp_path_factory.mktemp("secured"))
    broker.start()
    yield broker
    broker.kill()


def with_login(broker: SecuredBroker, **others: Any) -> dict[str, Any]:
    """The settings of somebody who logs in, but for the topics, which no two tests share."""
    return {
        "bus_url": f"kafka://{broker.servers}",
        "kafka_security": "SASL_SSL",
        "kafka_user": USER,
        "kafka_password": PASSWORD,
        "kafka_ca": broker.authority,
    } | others


def with_certificate(broker: SecuredBroker, **others: Any) -> dict[str, Any]:
    return {
        "bus_url": f"kafka://{broker.mutual_servers}",
        "kafka_security": "SSL",
        "kafka_ca": broker.authority,
        "kafka_certificate": broker.client,
        "kafka_key": broker.client_key,
    } | others


@pytest.mark.parametrize("mechanism", MECHANISMS)
async def test_events_travel_over_tls_with_a_login(
    secured: SecuredBroker, tmp_path: Path, mechanism: str
) -> None:
    settings = with_login(secured, kafka_mechanism=mechanism, topic_prefix=mechanism)
    async with source(tmp_path, **settings) as one, one.publishing(), consuming(one) as consumer:
        await one.write(aggregates=4, versions=3)
        await consumer.until(12)
        assert sorted(await consumer.positions()) == list(range(1, 13))


async def test_events_travel_over_tls_with_a_certificate(secured: SecuredBroker, tmp_path: Path) -> None:
    settings = with_certificate(secured, topic_prefix="certificate")
    async with source(tmp_path, **settings) as one, one.publishing(), consuming(one) as consumer:
        await one.write(aggregates=4, versions=3)
        await consumer.until(12)
        assert sorted(await consumer.positions()) == list(range(1, 13))


@pytest.mark.parametrize(
    "wrong",
    [{"kafka_password": "wrong"}, {"kafka_user": "nobody"}, {"kafka_ca": None}, {"kafka_mechanism": "PLAIN", "kafka_password": "wrong"}],
    ids=["password", "user", "authority", "password in plain"],
)  # fmt: skip
@pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")
async def test_a_wrong_login_and_an_unknown_authority_reach_nothing(
    secured: SecuredBroker, wrong: dict[str, Any]
) -> None:
    with pytest.raises((KafkaError, OSError, TimeoutError)):
        await ensure_topics(Cluster.of(Settings(**with_login(secured, **wrong))), TOPICS)
    gc.collect()  # aiokafka leaves the socket of a handshake that failed to the collector


@pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")
async def test_who_shows_no_certificate_reaches_nothing_where_one_is_asked_for(
    secured: SecuredBroker,
) -> None:
    settings = Settings(**with_certificate(secured, kafka_certificate=None, kafka_key=None))
    with pytest.raises((KafkaError, OSError, TimeoutError)):
        await ensure_topics(Cluster.of(settings), TOPICS)
    gc.collect()


@pytest.mark.parametrize("mechanism", MECHANISMS)
async def test_a_refused_login_is_told_again_and_again_and_never_the_password(
    secured: SecuredBroker,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    mechanism: str,
) -> None:
    caplog.set_level(logging.DEBUG)
    lines = io.StringIO()
    monkeypatch.setattr(telemetry.LOG, "stream", lines)
    secret = "s3cret-and-wrong"
    settings = with_login(secured, kafka_password=secret, kafka_mechanism=mechanism)

    async def both_have_told() -> bool:
        await asyncio.to_thread(telemetry.LOG.flush)
        return "the relay begins again" in lines.getvalue() and "tries again" in lines.getvalue()

    async with source(tmp_path, **settings) as one, one.publishing(), consuming(one):
        await one.write(aggregates=1)
        await eventually(both_have_told)
        shown = repr(one.settings) + str(one.settings) + repr(Cluster.of(one.settings))
    assert "SaslAuthenticationFailed" in caplog.text
    assert secret not in lines.getvalue() + caplog.text + shown


@pytest.mark.parametrize("broken", ["missing", "no certificate", "locked key", "another key"])
def test_a_file_that_cannot_be_used_is_told_with_its_setting(
    secured: SecuredBroker, tmp_path: Path, broken: str
) -> None:
    empty = tmp_path / "empty.pem"
    empty.write_text("nothing\n")
    wrong: dict[str, tuple[dict[str, Path], str]] = {
        "missing": ({"kafka_ca": tmp_path / "gone.pem"}, "PORTOLAN_KAFKA_CA is '.*gone.pem'"),
        "no certificate": ({"kafka_ca": empty}, "PORTOLAN_KAFKA_CA is '.*empty.pem'"),
        "locked key": ({"kafka_key": secured.locked_key}, "PORTOLAN_KAFKA_CERTIFICATE is .* no passphrase"),
        "another key": ({"kafka_key": secured.folder / "broker.pem"}, "PORTOLAN_KAFKA_CERTIFICATE is "),
    }
    files, sentence = wrong[broken]
    with pytest.raises(CannotStart, match=sentence):
        Cluster.of(Settings(**with_certificate(secured, **files)))


async def test_a_restore_finds_the_topics_of_its_own_prefix_on_a_secured_broker(
    secured: SecuredBroker,
) -> None:
    settings = Settings(**with_login(secured, topic_prefix="restored"))
    await refuse_old_topics(settings)
    await ensure_topics(Cluster.of(settings), TOPICS)
    with pytest.raises(NotKept, match=r"the broker still has .*restored\.projects\.v1: delete them"):
        await refuse_old_topics(settings)
    await refuse_old_topics(settings.model_copy(update={"topic_prefix": "elsewhere"}))

"""The buses under contract, each with a source whose events it carries."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from deploy.kafka.broker import Broker
from tests.contracts.carried import TOPICS, Carried, source, without_topics
from tests.contracts.mock_cluster import mock_cluster


@pytest.fixture(scope="session")
def broker(apache_kafka: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    """One real broker for the session, ended by its process id."""
    running = Broker(tmp_path_factory.mktemp("kafka"))
    running.start()
    yield running
    running.stop()


@pytest.fixture(params=["embedded", "mock cluster", "Apache Kafka"])
async def carried(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Carried]:
    """The same source on each of the buses."""
    if request.param == "embedded":
        async with source(tmp_path, "embedded:") as one:
            yield one
    elif request.param == "mock cluster":
        with mock_cluster(TOPICS) as servers:
            async with source(tmp_path, f"kafka://{servers}") as one:
                yield one
    else:
        servers = await without_topics(request.getfixturevalue("broker").servers)
        async with source(tmp_path, f"kafka://{servers}") as one:
            yield one

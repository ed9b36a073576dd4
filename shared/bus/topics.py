"""Topics on Kafka: one per service, its partitions fixed at creation, kept for ever because it is the history."""

from collections.abc import Sequence

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import NoError, TopicAlreadyExistsError, for_code

from shared.bus.clients import REQUEST_MS, started
from shared.contracts.language import PARTITIONS

BROKERS_DEFAULT_REPLICATION = -1
UNLIMITED = {"retention.ms": "-1", "retention.bytes": "-1", "cleanup.policy": "delete"}


class WrongPartitions(Exception):
    """A topic exists with another number of partitions: its keys would lose their order."""


async def ensure_topics(servers: str, topics: Sequence[str]) -> None:
    """Create the topics that are missing; producers and consumers both do, whoever comes first."""
    admin = AIOKafkaAdminClient(bootstrap_servers=servers, request_timeout_ms=REQUEST_MS)
    async with started(admin, admin.close):
        missing = sorted(set(topics) - set(await admin.list_topics()))
        if missing:
            await _create(admin, missing)
        for topic in await admin.describe_topics(list(topics)):
            _check(topic["topic"], len(topic["partitions"]))


async def _create(admin: AIOKafkaAdminClient, names: Sequence[str]) -> None:
    new = [NewTopic(name, PARTITIONS, BROKERS_DEFAULT_REPLICATION, {}, UNLIMITED) for name in names]
    answer = await admin.create_topics(new)
    for _, code, *_ in answer.topic_errors:
        error = for_code(code)
        if error not in (NoError, TopicAlreadyExistsError):
            raise error(f"the topics {', '.join(names)} cannot be created")


def _check(topic: str, partitions: int) -> None:
    if partitions not in (0, PARTITIONS):
        raise WrongPartitions(f"{topic} has {partitions} partitions, not {PARTITIONS}; create it anew")

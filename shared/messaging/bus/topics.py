"""Topics on Kafka: one per service and class, with fixed partitions; nothing is deleted, because they are the history.

The topic of persons is compacted instead, so that a tombstone removes their data; its history is only in the
source's outbox.
"""

from collections.abc import Mapping, Sequence

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import IncompatibleBrokerVersion, NoError, TopicAlreadyExistsError, for_code

from shared.contracts.language import PARTITIONS, is_compacted
from shared.messaging.bus.clients import REQUEST_MS, started
from shared.messaging.bus.cluster import Cluster

BROKERS_DEFAULT_REPLICATION = -1
SET_ON_THE_TOPIC = 1
"""Where Kafka says a setting of a topic comes from, if it was set there."""
POLICY = "cleanup.policy"
DAY_MS = 24 * 3600 * 1000

UNLIMITED = {"retention.ms": "-1", "retention.bytes": "-1", POLICY: "delete"}
COMPACTED = {
    POLICY: "compact",
    # only closed segments are compacted: one is closed by the first write after a day
    "segment.ms": str(DAY_MS),
    # a consumer that is less than a day behind finds every event on the topic, without reading the feed
    "min.compaction.lag.ms": str(DAY_MS),
    # what was erased is removed after a week at the latest, however little there is to compact
    "max.compaction.lag.ms": str(7 * DAY_MS),
    # a consumer that was stopped for a month still gets the tombstone; after that, the next event shows the gap
    "delete.retention.ms": str(30 * DAY_MS),
}


class WrongPartitions(Exception):
    """A topic exists with another number of partitions: its keys would lose their order."""


async def ensure_topics(servers: str | Cluster, topics: Sequence[str]) -> None:
    """Create the topics that are missing, and have those compacted that are to be and were made before that.

    Producers and consumers both do, whichever starts first.
    """
    cluster = Cluster.at(servers)
    wanted = {cluster.outside(topic): topic for topic in topics}
    admin = AIOKafkaAdminClient(**cluster.options, request_timeout_ms=REQUEST_MS)
    async with started(admin, admin.close):
        missing = sorted(set(wanted) - set(await admin.list_topics()))
        if missing:
            await _create(admin, {name: settings_of(wanted[name]) for name in missing})
        for topic in await admin.describe_topics(list(wanted)):
            _check(topic["topic"], len(topic["partitions"]))
        for name in sorted(set(wanted) - set(missing)):
            if is_compacted(wanted[name]):
                await _have_compacted(admin, name)


def settings_of(topic: str) -> Mapping[str, str]:
    return COMPACTED if is_compacted(topic) else UNLIMITED


async def _create(admin: AIOKafkaAdminClient, topics: Mapping[str, Mapping[str, str]]) -> None:
    """The topics by their names on the cluster, each with its settings."""
    new = [
        NewTopic(name, PARTITIONS, BROKERS_DEFAULT_REPLICATION, {}, settings)
        for name, settings in topics.items()
    ]
    answer = await admin.create_topics(new)
    for _, code, *_ in answer.topic_errors:
        error = for_code(code)
        if error not in (NoError, TopicAlreadyExistsError):
            raise error(f"the topics {', '.join(topics)} cannot be created")


def _check(topic: str, partitions: int) -> None:
    if partitions not in (0, PARTITIONS):
        raise WrongPartitions(f"{topic} has {partitions} partitions, not {PARTITIONS}; create it again")


async def _have_compacted(admin: AIOKafkaAdminClient, topic: str) -> None:
    """Have an older topic compacted. Kafka forgets the settings that are not named again: all are, the operator's too."""
    try:
        stands = await _set_on(admin, topic)
    except IncompatibleBrokerVersion:  # a broker without settings, as brokers of tests are, compacts nothing
        return
    if stands.get(POLICY) == COMPACTED[POLICY]:
        return
    wanted = COMPACTED | {name: value for name, value in stands.items() if name not in UNLIMITED}
    [answer] = await admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, topic, wanted)])
    for code, message, *_ in answer.resources:
        if for_code(code) is not NoError:
            raise for_code(code)(f"{topic} cannot be compacted: {message}")


async def _set_on(admin: AIOKafkaAdminClient, topic: str) -> dict[str, str]:
    """The settings of the topic itself, without the broker's defaults."""
    [answer] = await admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, topic)])
    own: dict[str, str] = {}
    for code, message, _, _, settings in answer.resources:
        if for_code(code) is not NoError:
            raise for_code(code)(f"the settings of {topic} cannot be read: {message}")
        own |= {name: value for name, value, _, origin, *_ in settings if origin == SET_ON_THE_TOPIC}
    return own

"""Events: how a commit of an aggregate becomes an outbox row, and an outbox row the CloudEvent that consumers see.

The payload (`data`) and the envelope (`headers`) are made once, in the request, as JSON text; publishing only puts
the position in front. So the bytes on Kafka, in the feed and in the embedded reader are the same.
"""

import json
from collections.abc import Sequence
from functools import cache, lru_cache
from zlib import crc32

import msgspec

from shared.base.clock import to_wire
from shared.base.errors import TooLarge
from shared.base.ids import new_id_text
from shared.base.texts import Text
from shared.contracts.language import PARTITIONS, STATE_LIMIT, Aggregate, AggregateType, Fact, entry_of
from shared.contracts.stored import codec_of
from shared.store.unit import Event


class Origin(msgspec.Struct, frozen=True, omit_defaults=True, rename=lambda name: name.replace("_", "")):
    """Who caused an event, and along which chain; members of the envelope by their names there (`authtype`)."""

    source: str
    auth_type: str
    auth_id: str
    correlation_id: str
    causation_id: str | None = None
    traceparent: str | None = None
    tracestate: str | None = None
    imported_by: str | None = None
    """Who read it in, where it had happened in another instance."""

    def to_json(self) -> str:
        """The members of the envelope that are the same for every event of one request, without braces."""
        return msgspec.json.encode(self)[1:-1].decode()


def source_of(instance: str, service: str, epoch: int) -> str:
    return f"/portolan/{instance}/{service}/{epoch}"


def partition_of(key: str) -> int:
    """The partition of a key, the same on every bus: CRC-32 modulo the 12 partitions."""
    return crc32(key.encode()) % PARTITIONS


@cache
def _fixed_envelope(entry: AggregateType, fact: str, base_url: str) -> str:
    kind = entry.event_type(fact)
    return json.dumps(
        {
            "specversion": "1.0",
            "type": kind,
            "datacontenttype": "application/json",
            "dataschema": f"{base_url}/schemas/{kind.removeprefix('portolan.')}.json",
        }
    )[1:-1]


@lru_cache(maxsize=4096)
def _names(members: tuple[str, ...]) -> str:
    return json.dumps(members)


def event(
    shape: Aggregate,
    state: str,
    fact: Fact,
    changed: Sequence[str],
    effective_at: int,
    recorded_at: int,
    origin: str,
    base_url: str,
) -> Event:
    """The outbox row of one commit; `state` is the shape's JSON, `origin` is `Origin.to_json()`. Instants in
    microseconds.

    `base_url` is where the instance is reached: the event names its schema there.

    Refuses a state above 64 KiB (413): larger things are aggregates of their own.
    """
    if len(state) > STATE_LIMIT // 4 and len(state.encode()) > STATE_LIMIT:
        raise TooLarge(Text("the state would be larger than {state_limit} bytes", state_limit=STATE_LIMIT))
    entry = entry_of(type(shape))
    aggregate_id = str(shape.id)
    key = aggregate_id if entry.key == "id" else str(getattr(shape, entry.key) or aggregate_id)
    event_id = new_id_text()
    effective = to_wire(effective_at)
    details = codec_of(type(fact)).write(vars(fact)).decode()
    payload = (
        f'{{"version":{shape.version},"effective_at":"{effective}","state":{state},'
        f'"changed":{_names(tuple(changed))},"fact":{details}}}'
    )
    headers = (
        f'{{{_fixed_envelope(entry, fact.name, base_url)}, "id": "{event_id}", "subject": "{aggregate_id}", '
        f'"time": "{effective}", "recordedat": "{to_wire(recorded_at)}", "partitionkey": "{key}", {origin}}}'
    )
    return Event(
        event_id=event_id,
        topic=entry.topic,
        partition=partition_of(key),
        aggregate_type=entry.name,
        aggregate_id=aggregate_id,
        aggregate_version=shape.version,
        type=entry.event_type(fact.name),
        key=key,
        payload=payload,
        headers=headers,
        effective_at=effective_at,
        recorded_at=recorded_at,
        scope=None if (lies_in := entry.scope_of(shape)) is None else str(lies_in[1]),
    )


def cloud_event(position: int, previous: int, headers: str, payload: str) -> str:
    """The CloudEvent as published: the position and the one before it in the partition go first."""
    return f'{{"sequence": "{position:020d}", "previoussequence": "{previous:020d}", {headers[1:-1]}, "data": {payload}}}'

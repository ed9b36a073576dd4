"""The AsyncAPI document: a channel for each topic, a message for each fact, and the whole envelope of an event."""

import json
import re
from functools import partial
from typing import Any

from shared.base.version import VERSION
from shared.contracts.catalogue import entries
from shared.contracts.envelope import AN_ID, MEMBERS, envelope_schema
from shared.contracts.language import PARTITIONS, AggregateType, is_compacted
from shared.contracts.releases import FILES
from shared.contracts.schema import (
    PATH,
    Schema,
    event_name,
    event_schema,
    opened,
    state_name,
    state_schema,
)
from shared.http import examples
from shared.messaging.bus.topics import settings_of

STRUCTURED = "application/cloudevents+json"

_HEADERS: dict[str, tuple[str, Any]] = {
    "content-type": ("The structured form of CloudEvents.", f"{STRUCTURED}; charset=UTF-8"),
    "ce_id": ("As `id`.", AN_ID),
    "ce_type": ("As `type`: to pass over what is not wanted without reading it.", ""),
    "ce_subject": ("As `subject`.", AN_ID),
    "ce_source": ("As `source`; of a tombstone only.", "/portolan/portolan/resources/1"),
    "ce_sequence": ("As `sequence`; of a tombstone only.", "0" * 18 + "42"),
}
_ON_EVENTS = ("content-type", "ce_id", "ce_type", "ce_subject")


def document() -> dict[str, Any]:
    """AsyncAPI 3.1, for consumers: its schemas are the open ones."""
    channels: dict[str, Any] = {}
    messages: dict[str, Any] = {}
    schemas: dict[str, Any] = {"Envelope": envelope_schema()}
    for entry in entries():
        schemas[entry.shape.__name__] = _component(opened(state_schema(entry)), schemas)
    for entry in entries():
        channel = channels.setdefault(_id(entry.topic), _channel(entry.topic))
        for fact in entry.facts:
            kind = entry.event_type(fact)
            channel["messages"][_id(kind)] = {"$ref": f"#/components/messages/{_id(kind)}"}
            messages[_id(kind)] = _message(entry, kind, schemas)
    return {
        "asyncapi": "3.1.0",
        "info": {
            "title": "Portolan events",
            "version": VERSION,
            "description": f"CloudEvents 1.0, structured JSON, {PARTITIONS} partitions a topic, keyed by project. The"
            " schemas are open: members and values may be added, so accept what you do not know. The names of topics begin"
            " with the instance's PORTOLAN_TOPIC_PREFIX in place of `portolan`.",
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": STRUCTURED,
        "servers": _servers(),
        "channels": channels,
        "operations": {
            f"send_{name}": {
                "action": "send",
                "channel": {"$ref": f"#/channels/{name}"},
                "summary": f"Portolan publishes on {channel['address']}.",
            }
            for name, channel in channels.items()
        },
        "components": {
            "messages": messages,
            "schemas": schemas,
            "messageTraits": {"event": _trait()},
            "securitySchemes": {"scram": {"type": "scramSha512"}, "plain": {"type": "plain"}},
        },
    }


def _servers() -> dict[str, Any]:
    """An instance has one of these: its operator says which, and where."""
    brokers = {"brokers": {"default": "localhost:9092", "description": "As in `PORTOLAN_BUS_URL`."}}
    return {
        "kafka": {
            "host": "{brokers}",
            "protocol": "kafka",
            "description": "Apache Kafka within a trusted network.",
            "variables": brokers,
        },
        "kafka_secure": {
            "host": "{brokers}",
            "protocol": "kafka-secure",
            "description": "Apache Kafka with TLS, and with SASL where the operator asks for it.",
            "variables": brokers,
            "security": [{"$ref": f"#/components/securitySchemes/{name}"} for name in ("scram", "plain")],
        },
    }


def _trait() -> dict[str, Any]:
    """What all messages have in common."""
    return {
        "contentType": STRUCTURED,
        "headers": {
            "type": "object",
            "required": ["ce_id", "ce_type", "ce_subject"],
            "properties": {
                name: {"type": "string", "description": meaning} for name, (meaning, _) in _HEADERS.items()
            },
        },
        "correlationId": {
            "description": "The request that began the chain.",
            "location": "$message.payload#/correlationid",
        },
        "bindings": {
            "kafka": {
                "key": {
                    "type": "string",
                    "description": "As `partitionkey`. The partition is the CRC-32 (IEEE) of its UTF-8 bytes modulo"
                    f" {PARTITIONS}.",
                }
            }
        },
    }


def _channel(topic: str) -> dict[str, Any]:
    """A topic. For a compacted one, it says so, and what a message without a value means."""
    binding: dict[str, Any] = {"topic": topic, "partitions": PARTITIONS}
    channel: dict[str, Any] = {"address": topic, "messages": {}, "bindings": {"kafka": binding}}
    if is_compacted(topic):
        channel["description"] = (
            "A message without a value is a tombstone: all data of its key is removed. It follows the event that"
            " says so, and names it in its headers."
        )
        settings = {n: int(v) for n, v in settings_of(topic).items() if n == "delete.retention.ms"}
        binding["topicConfiguration"] = {"cleanup.policy": ["compact"], **settings}
    return channel


def _id(name: str) -> str:
    return name.removeprefix("portolan.").replace(".", "_")


def _message(entry: AggregateType, kind: str, schemas: dict[str, Any]) -> dict[str, Any]:
    """The message of an event; the shapes that its schema defines are added to `schemas`."""
    data = _component(opened(event_schema(kind)), schemas)
    file = FILES.find(event_name(kind))
    draft = {"x-draft": True} if file is None or file[1] else {}
    return {
        "name": kind,
        "title": kind,
        "summary": data["description"],
        "traits": [{"$ref": "#/components/messageTraits/event"}],
        "payload": {
            "allOf": [{"$ref": "#/components/schemas/Envelope"}],
            "type": "object",
            "properties": {
                "type": {"const": kind},
                "data": {word: data[word] for word in ("type", "required", "properties")},
            },
        },
        "examples": [_example(entry, kind, data, schemas)],
    } | draft


def _example(entry: AggregateType, kind: str, data: Schema, schemas: dict[str, Any]) -> dict[str, Any]:
    address = f"https://portolan.example.org{PATH}{event_name(kind)}"
    own = {
        "type": kind,
        "source": f"/portolan/portolan/{entry.service}/1",
        "dataschema": address,
        "data": examples.of(data, schemas),
    }
    envelope = {name: own.get(name, example) for name, (_, _, example) in MEMBERS.items()}
    del envelope["causationid"], envelope["tracestate"]
    headers = {name: _HEADERS[name][1] for name in _ON_EVENTS} | {"ce_type": kind}
    return {"name": kind.split(".")[-2], "headers": headers, "payload": envelope}


def _component(schema_document: Schema, schemas: dict[str, Any]) -> Schema:
    """The schema as a component: what it defines is added to `schemas`, and its references lead there."""
    names = {state_name(entry): entry.shape.__name__ for entry in entries()}
    text = re.sub(
        r'"\$ref": "(#/\$defs/)?([^"]+)"', partial(_component_reference, names), json.dumps(schema_document)
    )
    schema: Schema = json.loads(text)
    for name, shape in schema.pop("$defs", {}).items():
        assert schemas.setdefault(name, shape) == shape, f"two shapes are named {name}"
    return {word: value for word, value in schema.items() if word not in ("$schema", "$id")}


def _component_reference(names: dict[str, str], reference: re.Match[str]) -> str:
    return f'"$ref": "#/components/schemas/{names.get(reference[2], reference[2])}"'

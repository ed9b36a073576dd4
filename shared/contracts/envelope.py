"""An event as it is published: the CloudEvents envelope, and the `data` in it."""

from typing import Any

import msgspec


class Change(msgspec.Struct, gc=False):
    """The `data` of an event; state and fact stay bytes until somebody needs them."""

    version: int
    effective_at: str
    state: msgspec.Raw
    changed: list[str]
    fact: msgspec.Raw


class Envelope(msgspec.Struct, gc=False):
    """A CloudEvent as Portolan publishes it."""

    id: str
    source: str
    type: str
    subject: str
    time: str
    recordedat: str
    partitionkey: str
    sequence: str
    previoussequence: str
    authid: str
    data: Change
    authtype: str = "user"
    correlationid: str = ""
    causationid: str = ""
    traceparent: str = ""
    importedby: str = ""


AN_ID = "01978f2e-7c4a-7d3b-9a41-5f0c6e1b2a3d"
_AT = "2026-06-01T08:30:00.000000Z"
_SEQUENCE = {"type": "string", "pattern": "^[0-9]{20}$"}

_DATA = {
    "type": "object",
    "required": ["version", "effective_at", "state", "changed", "fact"],
    "properties": {
        "version": {"type": "integer", "description": "The version of the aggregate; rises by one."},
        "effective_at": {"type": "string", "format": "date-time", "description": "When it became true."},
        "state": {"type": "object", "description": "The whole public state at this version."},
        "changed": {
            "type": "array",
            "items": {"type": "string"},
            "description": "The members that differ from the version before.",
        },
        "fact": {"type": "object", "description": "What belongs to this event alone, such as its reason."},
    },
}

MEMBERS: dict[str, tuple[Any, str, Any]] = {
    "specversion": ({"type": "string", "const": "1.0"}, "The version of CloudEvents.", "1.0"),
    "id": ({"type": "string", "format": "uuid"}, "The same whenever this event is sent again.", AN_ID),
    "source": (
        {"type": "string", "pattern": "^/portolan/[a-z0-9-]+/[a-z]+/[0-9]+$"},
        "`/portolan/<instance>/<service>/<epoch>`. The epoch rises when the store is restored from a backup.",
        "/portolan/portolan/projects/1",
    ),
    "type": ({"type": "string"}, "What happened.", "portolan.projects.project.approved.v1"),
    "subject": ({"type": "string", "format": "uuid"}, "The id of the aggregate.", AN_ID),
    "time": ({"type": "string", "format": "date-time"}, "When it became true.", _AT),
    "datacontenttype": (
        {"type": "string", "const": "application/json"},
        "How `data` is written.",
        "application/json",
    ),
    "dataschema": (
        {"type": "string", "format": "uri"},
        "Where the instance serves the schema of `data`.",
        "https://portolan.example.org/schemas/projects.project.approved.v1.json",
    ),
    "sequence": (_SEQUENCE, "The position in the source's log, with leading zeros.", "0" * 18 + "42"),
    "previoussequence": (
        _SEQUENCE,
        "The position of the event before it in its partition. Where a consumer has not met that one, it missed some.",
        "0" * 18 + "41",
    ),
    "partitionkey": (
        {"type": "string"},
        "The key of the record: the project, or the subject's own id.",
        AN_ID,
    ),
    "recordedat": (
        {"type": "string", "format": "date-time"},
        "When it was committed; rises along the versions of an aggregate.",
        _AT,
    ),
    "authtype": (
        {"type": "string", "x-extensible-enum": ["user", "service_account", "system"]},
        "What kind of caller did it.",
        "user",
    ),
    "authid": ({"type": "string"}, "The subject of the caller's token.", "mara.keller"),
    "correlationid": ({"type": "string"}, "The request that began the chain of events.", "4bf92f3577b34da6"),
    "causationid": (
        {"type": "string"},
        "The event to which this one is a reaction; absent for others.",
        AN_ID,
    ),
    "traceparent": (
        {"type": "string"},
        "The trace of the request (W3C Trace Context).",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
    ),
    "tracestate": (
        {"type": "string"},
        "What the tracing systems of the request say (W3C Trace Context).",
        "vendor=00f067aa0ba902b7",
    ),
    "importedby": (
        {"type": "string"},
        "The subject of the caller who read this in, as it had happened in another instance. Nothing follows from such an"
        " event: what followed then was read in, too. Absent for others.",
        "import:folder",
    ),
    "data": (_DATA, "What happened, with the whole state.", {}),
}
"""Member of the envelope -> its schema, what it means, an example."""

ABSENT = ("causationid", "traceparent", "tracestate", "correlationid", "importedby")
"""What an event may lack."""


def envelope_schema() -> dict[str, Any]:
    """The members of every event; its type says what `data` holds."""
    return {
        "type": "object",
        "description": "A CloudEvent 1.0 as Portolan publishes it, on Kafka, in the feed and in the stream.",
        "required": [name for name in MEMBERS if name not in ABSENT],
        "properties": {
            name: schema | {"description": meaning} | ({"examples": [example]} if name != "data" else {})
            for name, (schema, meaning, example) in MEMBERS.items()
        },
    }

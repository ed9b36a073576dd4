"""The history of one aggregate: its versions with who, when and what, the newest first, read from the events of its service.

It is there at once, whoever listens, and for every class of aggregates. Who sees the aggregate sees those of its
versions that they would have seen.
"""

import json
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
from pydantic import BaseModel, Field, create_model

from shared.base.clock import to_wire
from shared.contracts.envelope import Change
from shared.contracts.language import Aggregate, AggregateType, AnswerShape, Instant, absent, entry_of
from shared.http import paging
from shared.http.call import Answer, Call
from shared.http.keyset import Keyset
from shared.http.operation import Parameter
from shared.http.parameters import wrong
from shared.http.path import Id

MOST_VERSIONS = 50
PARAMETERS = (
    Parameter("limit", "Versions a page, at most 200.", {"type": "integer", "minimum": 1, "maximum": 200}),
    Parameter("cursor", "`next` of the page before."),
    Parameter(
        "version", "Only this version, or one of these where it is given several times.",
        {"type": "integer", "minimum": 1, "maximum": 2**63 - 1}, many=True, most=MOST_VERSIONS,
    ),
    Parameter(
        "expand", "`state`: with the state of the aggregate at each version.",
        {"type": "string", "enum": ["state"]},
    ),
)  # fmt: skip

_CHANGE = msgspec.json.Decoder(Change).decode


class Version(AnswerShape):
    """One commit of an aggregate."""

    version: int
    """The version that it made."""
    type: str
    """The type of the event: what happened."""
    at: Instant
    """When it was recorded."""
    effective_at: Instant
    """When it became true."""
    who: str
    """Who did it: the subject of the token."""
    who_type: str
    """What kind of caller that is: `user`, `service_account` or `system`."""
    correlation_id: str
    """What it belongs to: the `X-Request-ID` of the request that it follows from, however far."""
    imported_by: str | None = Field(default=None, json_schema_extra=absent)
    """Who read it in, where it was done in another instance; absent otherwise."""
    changed: list[str]
    """The members that differ from the version before."""
    fact: dict[str, Any]
    """The fact's own details, such as a reason."""


def page_shape(shape: type[Aggregate]) -> type[BaseModel]:
    """What a page of the history of `shape` is."""
    described = Field(
        default=None, description="The aggregate at this version, where asked for.", json_schema_extra=absent
    )
    state: Any = shape | None
    version: Any = create_model(
        f"{shape.__name__}Version", __base__=Version, __doc__=Version.__doc__, state=(state, described)
    )
    versions: Any = list[version]
    items = (versions, Field(description="The versions of this page, the newest first."))
    return create_model(f"{shape.__name__}History", __base__=paging.PageShape, items=items)


def reader_of(shape: type[Aggregate]) -> Callable[[Call, Id], Awaitable[Answer]]:
    """What answers the history of one aggregate; NotFound where the caller does not see it."""
    entry = entry_of(shape)

    async def history(call: Call, id: Id) -> Answer:
        await call.work.document(shape, id)
        keyset = Keyset("event_id", {}, f"{entry.service}.history", default=(("aggregate_version", True),))
        keyset.narrow("aggregate_type = ? AND aggregate_id = ?", entry.name, id)
        keyset.any_of("aggregate_version", call.query.get("version"), "integer")
        if call.one("expand") not in (None, "state"):
            raise wrong("expand", "state")
        page = await keyset.page(call, "type, recorded_at, headers, payload", "outbox")
        return paging.answer(call, _visible(call, entry, page, bool(call.one("expand"))))

    return history


def _visible(call: Call, entry: AggregateType, page: paging.Page[Any], with_states: bool) -> paging.Page[str]:
    """The versions that the caller would have seen, as JSON; who does not see everything is told no total."""
    items = [_version(call, entry, row, with_states) for row in page.items]
    total = page.total if call.rights.sight_of(entry).is_everything else None
    return paging.Page([item for item in items if item is not None], page.next, total)


def _version(call: Call, entry: AggregateType, row: Any, with_state: bool) -> str | None:
    kind, recorded_at, headers, payload = row
    change, envelope = _CHANGE(payload.encode()), json.loads(headers)
    sight = call.rights.sight_of(entry)
    if not sight.is_everything and not call.rights.shows(entry, json.loads(bytes(change.state))):
        return None
    version = {
        "version": change.version, "type": kind, "at": to_wire(recorded_at), "effective_at": change.effective_at,
        "who": envelope["authid"], "who_type": envelope["authtype"],
        "correlation_id": envelope.get("correlationid", ""), "changed": change.changed,
        "fact": change.fact,
    }  # fmt: skip
    if "importedby" in envelope:
        version["imported_by"] = envelope["importedby"]
    return msgspec.json.encode(version | ({"state": change.state} if with_state else {})).decode()

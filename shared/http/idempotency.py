"""Idempotency keys: a POST that is sent again gives the answer it gave, and does nothing.

The key is a row of the business transaction, so it exists exactly when the write does. It is not looked up
beforehand: the second use of a key breaks on the row's uniqueness (or on what the first use changed), and only then
is the first answer read back, from the outbox row that it wrote.
"""

import json
from collections.abc import Callable
from typing import Any

import msgspec

from shared.base.errors import Conflict, Fault, Malformed, NotFound
from shared.base.texts import Text
from shared.contracts.language import CATALOGUE, Aggregate, entry_of
from shared.http.call import Call, Pending
from shared.store.unit import IdempotencyKey

HEADER = "Idempotency-Key"


def read_key(call: Call, needed: bool) -> str | None:
    """The key that the request came with, before anything else of it is read."""
    key = call.header(HEADER)
    if key is None or call.scope["method"] != "POST":
        if needed:
            raise Malformed("send an Idempotency-Key", Fault("required", "needed here", header=HEADER))
        return None
    if not 1 <= len(key) <= 200 or not key.isprintable():
        raise Malformed(
            "the Idempotency-Key is not acceptable", Fault("invalid", "1 to 200 characters", header=HEADER)
        )
    return key


def key_of(call: Call, text: str) -> IdempotencyKey:
    """The request's key: scoped by who calls and what is called."""
    route = f"{call.scope['path']}?{call.scope['query_string'].decode('latin-1')}"
    return IdempotencyKey(call.principal.key, route, text, call.body_hash)


def hold(call: Call, key: IdempotencyKey) -> Callable[[], None]:
    """Only one request with a key runs in this replica; another replica's waits for the row. Gives what ends it."""
    mark = (key.principal, key.route, key.key)
    busy = call.kernel.busy_keys
    if mark in busy:
        raise Conflict(
            "the first request with this key is still running",
            code="key_in_use",
            headers={"Retry-After": "1"},
        )
    busy.add(mark)
    return lambda: busy.discard(mark)


def attach(call: Call, key: IdempotencyKey | None, result: Any, status: int) -> None:
    """Put the key into the unit, with the reference to the answer."""
    if key is None:
        return
    unit = call.work.unit
    unit.idempotency = key
    if isinstance(result, Aggregate):
        unit.answer = lambda _: msgspec.json.encode(reference(result, status)).decode()
    elif isinstance(result, Pending):
        unit.answer = lambda _: json.dumps(result.reference(call))
    else:
        unit.answer = lambda _: json.dumps({"status": status})


def reference(entity: Aggregate, status: int) -> dict[str, Any]:
    return {
        "status": status,
        "type": entry_of(type(entity)).name,
        "id": str(entity.id),
        "version": entity.version,
    }


async def state_at(call: Call, stored: dict[str, Any]) -> tuple[str, dict[tuple[str, int], int]]:
    """The state that a version published, as text, and its position; NotFound where the caller sees it no more."""
    kernel = call.kernel
    rows = await kernel.store.fetch(
        "SELECT payload, topic, partition, position FROM outbox"
        " WHERE aggregate_type = ? AND aggregate_id = ? AND aggregate_version = ?",
        (stored["type"], stored["id"], stored["version"]),
    )
    payload, topic, partition, position = rows[0]
    state = state_text(payload)
    if not call.rights.sight.is_everything:
        entry = next(e for e in CATALOGUE.values() if (e.service, e.name) == (kernel.service, stored["type"]))
        if not call.rights.shows(entry, json.loads(state)):
            raise NotFound(Text("there is no {noun} {id}", noun=entry.noun, id=stored["id"]))
    return state, {(topic, partition): position}


def state_text(payload: str) -> str:
    """The `state` member of an event's data exactly as it was written."""
    start = payload.index('"state":') + len('"state":')
    _, end = json.JSONDecoder().raw_decode(payload, start)
    return payload[start:end]

"""Idempotency keys: a POST that is sent again gives the answer it gave, and does nothing.

The key is a row of the business transaction, so it exists exactly when the write does. It is not looked up
beforehand: the second use of a key breaks on the row's uniqueness (or on what the first use changed), and only then
is the first answer read back, from the outbox row that it wrote.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import msgspec

from shared.base.clock import now_micros
from shared.base.errors import Conflict, Fault, Invalid, Malformed
from shared.contracts.language import CATALOGUE, Aggregate, entry_of
from shared.domain.kernel import Kernel
from shared.http.answers import location, position_token
from shared.http.call import Answer, Call, Pending
from shared.store.unit import IdempotencyKey

HOUR_US = 3600 * 1_000_000
HEADER = "Idempotency-Key"
FORGET = (
    "DELETE FROM idempotency WHERE principal = ? AND route = ? AND key = ? AND created_at = ? RETURNING key"
)


def given(call: Call, needed: bool) -> str | None:
    """The key that the request came with, before anything else of it is read."""
    key = call.header(HEADER)
    if key is None or call.method != "POST":
        if needed:
            raise Malformed("send an Idempotency-Key", Fault("required", "needed here", header=HEADER))
        return None
    if not 1 <= len(key) <= 200 or not key.isprintable():
        raise Malformed(
            "the Idempotency-Key is not acceptable", Fault("invalid", "1 to 200 characters", header=HEADER)
        )
    return key


def key_of(call: Call, given: str) -> IdempotencyKey:
    """The request's key: scoped by who calls and what is called."""
    route = f"{call.scope['path']}?{call.scope['query_string'].decode('latin-1')}"
    return IdempotencyKey(call.principal.key, route, given, call.body_hash)


@contextmanager
def held(call: Call, key: IdempotencyKey) -> Iterator[None]:
    """Only one request with a key runs in this replica; another replica's waits for the row."""
    mark = (key.principal, key.route, key.key)
    busy = call.kernel.busy_keys
    if mark in busy:
        raise Conflict(
            "the first request with this key is still running",
            code="key_in_use",
            headers={"Retry-After": "1"},
        )
    busy.add(mark)
    try:
        yield
    finally:
        busy.discard(mark)


def attach(call: Call, key: IdempotencyKey | None, result: Any, status: int) -> None:
    """Put the key into the unit, with the reference to the answer."""
    if key is None:
        return
    unit = call.work.unit
    unit.idempotency = key
    if isinstance(result, Aggregate):
        unit.answer = lambda _: msgspec.json.encode(reference(result, status)).decode()
    elif isinstance(result, Pending):
        unit.answer = lambda _: json.dumps(result.kept(call))
    else:
        unit.answer = lambda _: json.dumps({"status": status})


def reference(entity: Aggregate, status: int) -> dict[str, Any]:
    return {
        "status": status,
        "type": entry_of(type(entity)).name,
        "id": str(entity.id),
        "version": entity.version,
    }


async def replay(call: Call, key: IdempotencyKey) -> Answer | None:
    """The answer that the key's first use gave; None where the key is new."""
    kernel = call.kernel
    rows = await kernel.store.fetch(
        "SELECT body_hash, answer, created_at FROM idempotency WHERE principal = ? AND route = ? AND key = ?",
        (key.principal, key.route, key.key),
    )
    if not rows:
        return None
    body_hash, answer, created_at = rows[0]
    if now_micros() - created_at > kernel.settings.idempotency_hours * HOUR_US:
        await kernel.store.run(FORGET, (key.principal, key.route, key.key, created_at))
        return None
    if body_hash != key.body_hash:
        raise Invalid(
            "the Idempotency-Key was used with another body",
            Fault("key_reused", "use a new key", header=HEADER),
            code="key_reused",
        )
    replayed = await read_back(kernel, json.loads(answer))
    replayed.headers["Idempotency-Replayed"] = "true"
    return replayed


async def read_back(kernel: Kernel, kept: dict[str, Any]) -> Answer:
    if "results" in kept:
        from shared.http.batch import replayed

        return await replayed(kernel, kept["results"])
    if "id" not in kept:
        return Answer(kept["status"])
    state, where = await state_at(kernel, kept["type"], kept["id"], kept["version"])
    headers = {"ETag": f'"{kept["version"]}"', "Portolan-Position": position_token(kernel.store.epoch, where)}
    if kept["status"] == 201:
        shape = next(
            s for s, e in CATALOGUE.items() if e.service == kernel.service and e.name == kept["type"]
        )
        headers["Location"] = location(shape.model_construct(id=kept["id"]))
    return Answer(kept["status"], state.encode(), headers)


async def state_at(
    kernel: Kernel, aggregate_type: str, id: str, version: int
) -> tuple[str, dict[tuple[str, int], int]]:
    """The state that a version published, as text, and its position."""
    rows = await kernel.store.fetch(
        "SELECT payload, topic, partition, position FROM outbox"
        " WHERE aggregate_type = ? AND aggregate_id = ? AND aggregate_version = ?",
        (aggregate_type, id, version),
    )
    payload, topic, partition, position = rows[0]
    return state_text(payload), {(topic, partition): position}


def state_text(payload: str) -> str:
    """The `state` member of an event's data exactly as it was written."""
    start = payload.index('"state":') + len('"state":')
    _, end = json.JSONDecoder().raw_decode(payload, start)
    return payload[start:end]

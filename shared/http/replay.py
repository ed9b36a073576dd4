"""The answer that the first use of an Idempotency-Key gave, read back from what it wrote."""

import json
from typing import Any

from shared.base.clock import HOUR_US, now_micros
from shared.base.errors import Fault, Invalid
from shared.contracts.language import CATALOGUE
from shared.http import batch, idempotency
from shared.http.answers import location, position_token
from shared.http.call import Answer, Call
from shared.http.long_work.answers import repeated
from shared.store.unit import IdempotencyKey

FORGET = (
    "DELETE FROM idempotency WHERE principal = ? AND route = ? AND key = ? AND created_at = ? RETURNING key"
)


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
            Fault("key_reused", "use a new key", header=idempotency.HEADER),
            code="key_reused",
        )
    replayed = await read_back(call, json.loads(answer))
    replayed.headers["Idempotency-Replayed"] = "true"
    return replayed


async def read_back(call: Call, stored: dict[str, Any]) -> Answer:
    kernel = call.kernel
    if "operation" in stored:
        return await repeated(call, stored)
    if "results" in stored:
        return await batch.replayed(call, stored["results"])
    if "body" in stored:
        return Answer(stored["status"], stored["body"].encode(), stored["headers"])
    if "id" not in stored:
        return Answer(stored["status"])
    state, where = await idempotency.state_at(call, stored)
    headers = {
        "ETag": f'"{stored["version"]}"',
        "Portolan-Position": position_token(kernel.store.epoch, where),
    }
    if stored["status"] == 201:
        shape = next(
            s for s, e in CATALOGUE.items() if e.service == kernel.service and e.name == stored["type"]
        )
        headers["Location"] = location(shape.model_construct(id=stored["id"]))
    return Answer(stored["status"], state.encode(), headers)

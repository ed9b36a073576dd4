"""What operations need of a service: its dead letters, to look at, try again or discard, and who was refused what."""

import json
from typing import Any

from pydantic import Field

from shared.base.clock import to_wire
from shared.base.errors import Conflict, Fault, Invalid, NotFound
from shared.contracts.language import Shape
from shared.domain.kernel import Consuming
from shared.http import revocations
from shared.http.auth.claims import LONGEST_TOKEN_ID
from shared.http.call import Answer, Call
from shared.http.path import Id
from shared.http.routes import Routes

SHOWN = 200

_LETTER = ("id", "consumer", "topic", "partition", "position", "aggregate_id", "type", "error", "recorded_at")
_REVOKED = ("id", "kind", "issuer", "value", "revoked_at", "expires_at", "revoked_by")
_REFUSED = ("id", "recorded_at", "principal", "method", "path", "code")


class Revoking(Shape):
    """What is revoked: one token, all that was given until now in a session or to a subject, or all."""

    kind: revocations.Kind = Field(
        description="`token`, `session`, `subject`, or `all`: those that were issued until now to anybody."
    )
    value: str = Field(
        default="",
        max_length=LONGEST_TOKEN_ID,
        description="The `jti` of the token, the `sid` of the issuer's session, or the subject.",
    )
    issuer: str = Field(default="", max_length=500, description="Of this issuer only; empty: of any.")


_MEANINGS: dict[str, tuple[str, str]] = {
    "id": ("string", "The id of the entry."),
    "consumer": ("string", "The consumer that could not fold it."),
    "topic": ("string", "The topic on which it came."),
    "partition": ("integer", "The partition in which it came."),
    "position": ("integer", "Its position in the source's log."),
    "aggregate_id": ("string", "The aggregate of the event; it is parked until an operator decides."),
    "error": ("string", "Why it could not be folded."),
    "recorded_at": ("string", "When it was written down."),
    "kind": ("string", "What is revoked: `token`, `session`, `subject` or `all`."),
    "issuer": ("string", "Of this issuer only; empty: of any."),
    "value": ("string", "The `jti` of the token, the `sid` of the session, or the subject."),
    "revoked_at": ("string", "Since when it is revoked."),
    "expires_at": ("string", "From when on no token that it concerns is valid anyway."),
    "revoked_by": ("string", "Who revoked it."),
    "principal": ("string", "Who was refused: issuer and subject."),
    "method": ("string", "The method of the request."),
    "path": ("string", "The path of the request."),
    "code": ("string", "The code of the problem that was answered."),
    "type": ("string", "The type of the event."),
}
"""Member -> its type, and what it means."""


def _list_of(title: str, members: tuple[str, ...]) -> dict[str, Any]:
    described = {
        name: {"type": [kind, "null"], "description": meaning}
        for name, (kind, meaning) in _MEANINGS.items()
        if name in members
    }
    entry = {"title": title, "type": "object", "required": list(members), "properties": described}
    items = {"type": "array", "description": f"The newest, {SHOWN} at most.", "items": entry}
    return {"title": f"{title}List", "type": "object", "required": ["items"], "properties": {"items": items}}


def routes(service: str) -> Routes:
    routes = Routes(
        service,
        "Operations",
        names_service=True,
        about="What operators decide: dead letters, refused attempts, revocations of tokens.",
    )
    scope = f"{service}.operate"

    @routes.get("/v1/dead-letters", scope=scope, schema=_list_of("DeadLetter", _LETTER))
    async def dead_letters(call: Call) -> Answer:
        """Events that could not be folded."""
        return await _newest(call, "dead_letter", _LETTER)

    @routes.post("/v1/dead-letters/{id}/retry", scope=scope, refusals=(404, 409))
    async def retry(call: Call, id: Id) -> None:
        """Fold the dead letters of an aggregate again."""
        inbox, aggregate_id = await _addressed(call, id)
        if problem := await inbox.retry(aggregate_id):
            raise Conflict(f"it still cannot be folded: {problem}", code="still_dead")

    @routes.post("/v1/dead-letters/{id}/discard", scope=scope, refusals=(404,))
    async def discard(call: Call, id: Id) -> None:
        """Give up the dead letters of an aggregate."""
        inbox, aggregate_id = await _addressed(call, id)
        await inbox.discard(aggregate_id)

    @routes.get("/v1/refused-attempts", scope=scope, schema=_list_of("RefusedAttempt", _REFUSED))
    async def refused_attempts(call: Call) -> Answer:
        """Who was refused what."""
        return await _newest(call, "refused_attempt", _REFUSED)

    @routes.get("/v1/revocations", scope=scope, schema=_list_of("Revocation", _REVOKED))
    async def revoked(call: Call) -> Answer:
        """Which tokens were revoked."""
        rows = await revocations.listed(call.kernel.store, _REVOKED, SHOWN)
        items = [dict(zip(_REVOKED, row, strict=True)) for row in rows]
        for item in items:
            item |= {name: to_wire(item[name]) for name in ("revoked_at", "expires_at")}
        return Answer(200, json.dumps({"items": items}).encode())

    @routes.post("/v1/revocations", scope=scope)
    async def revoke(call: Call, body: Revoking) -> None:
        """Revoke tokens in this service. Effective within five seconds in every process of the service, for its streams
        too."""
        kernel = call.kernel
        if bool(body.value) == (body.kind == "all"):
            raise Invalid(
                "a token, a session or a subject has a value, all of them have none",
                Fault("invalid", "the `jti`, the `sid` or the subject", pointer="/value"),
            )
        await revocations.revoke(kernel.store, body.kind, body.value, body.issuer, call.principal.key)
        await kernel.revocations.look(kernel.store)

    return routes


async def _newest(call: Call, table: str, members: tuple[str, ...]) -> Answer:
    rows = await call.kernel.store.fetch(
        f"SELECT {', '.join(members)} FROM {table} ORDER BY recorded_at DESC, id LIMIT {SHOWN}"
    )
    items = [dict(zip(members, row, strict=True)) for row in rows]
    for item in items:
        item["recorded_at"] = to_wire(item["recorded_at"])
    return Answer(200, json.dumps({"items": items}).encode())


async def _addressed(call: Call, id: str) -> tuple[Consuming, str]:
    rows = await call.kernel.store.fetch("SELECT consumer, aggregate_id FROM dead_letter WHERE id = ?", (id,))
    inbox = call.kernel.inboxes.get(rows[0][0]) if rows else None
    if inbox is None:
        raise NotFound("there is no such dead letter")
    return inbox, rows[0][1]

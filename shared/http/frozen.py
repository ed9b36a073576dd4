"""The routes of frozen content: the bytes as they were frozen, and whether they are still that."""

from typing import Any

from pydantic import Field

from shared.base.english import with_article
from shared.base.errors import NotFound
from shared.contracts.language import Aggregate, Sha256, entry_of
from shared.http import files
from shared.http.call import Answer, Call
from shared.http.files import Verification
from shared.http.operation import Operation
from shared.http.path import Id
from shared.http.query import Query
from shared.http.routes import Routes
from shared.store.content import uses_of

SCHEMA: dict[str, Any] = {
    "type": "object",
    "description": "What was frozen, as canonical JSON (RFC 8785).",
    "additionalProperties": True,
}

DESCRIPTIONS = {
    "content": "The bytes as they were frozen, as canonical JSON (RFC 8785): nothing changes them any more. The ETag is their"
    " SHA-256, which the aggregate names. 404 `not_frozen` where nothing is frozen yet.",
    "verify": "Reads the stored bytes and hashes them: whether they are still what was frozen.",
}


class ContentQuery(Query):
    """Which content, where an aggregate has had several."""

    sha256: Sha256 | None = Field(
        default=None,
        description="The hash of a content that was frozen before, such as one that was edited while it was in review.",
    )


def declare_frozen(routes: Routes, shape: type[Aggregate]) -> None:
    """Declare both routes of an aggregate whose declaration says `frozen`."""
    entry = entry_of(shape)
    path, one = f"/v1/{entry.collection}/{{id}}", with_article(entry.noun)

    async def content(call: Call, id: Id, query: ContentQuery) -> Answer:
        hash = await _hash_of(call, shape, id, query.sha256)
        return await files.answer(call, hash, f"{entry.name}-{id}.json", "application/json")

    async def verify(call: Call, id: Id) -> Answer[Verification]:
        return await files.verification(call, await _hash_of(call, shape, id))

    scope = f"{entry.service}.read"
    routes.add(
        f"{path}/content",
        content,
        Operation(
            method="GET", scope=scope, restricted=entry.is_restricted, headers=(files.RANGE,), answers_parts=True,
            refusals=(404, 416),
        ),
        summary=f"Get the frozen content of {one}",
        description=DESCRIPTIONS["content"],
        shape=SCHEMA,
    )  # fmt: skip
    routes.add(
        f"{path}/verify",
        verify,
        Operation(method="GET", scope=scope, restricted=entry.is_restricted, refusals=(404,)),
        summary=f"Verify the frozen content of {one}",
        description=DESCRIPTIONS["verify"],
        shape=Verification,
    )


async def _hash_of(call: Call, shape: type[Aggregate], id: str, asked_hash: str | None = None) -> str:
    """The hash that the aggregate names, or one that it has named; 404 where it is not there, or nothing is frozen yet."""
    one = await call.work.load(shape, id)
    hash = getattr(one, entry_of(shape).frozen)
    if asked_hash is not None and asked_hash != hash:
        hash = (
            asked_hash
            if asked_hash in await uses_of(call.kernel.store, entry_of(shape).name, str(one.id))
            else None
        )
    if hash is None:
        raise NotFound("nothing of it is frozen yet", code="not_frozen")
    return str(hash)

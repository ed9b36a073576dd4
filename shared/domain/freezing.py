"""Frozen content: what was decided stays as it was, byte by byte, whatever happens to what it was made from (ADR 0072).

    @aggregate("projects", "rankings", frozen="content_hash")

The member names the hash; `freeze_content` sets it once, and the content is stored in the commit of the aggregate.
"""

from collections.abc import Mapping
from typing import Any

import msgspec

from shared.base.errors import Fault, Invalid
from shared.contracts.language import Aggregate, entry_of
from shared.domain.work import Work
from shared.store import Store
from shared.store.base import Damaged
from shared.store.content import content_of, freeze, kept_frozen, pieces, upload_of, used


def freeze_content(work: Work, entity: Aggregate, content: Mapping[str, Any]) -> str:
    """Keep this content as canonical JSON with the aggregate that is saved next, and name its hash there.

    TypeError where it is frozen already, or its declaration names no member: content is never replaced."""
    entry = entry_of(type(entity))
    if not entry.frozen or getattr(entity, entry.frozen) is not None:
        raise TypeError(f"{type(entity).__name__} has no content to be frozen, or it is frozen already")
    frozen = freeze(dict(content))
    work.part.statements += kept_frozen(frozen, entry.name, str(entity.id))
    setattr(entity, entry.frozen, frozen.sha256)
    return frozen.sha256


async def frozen_content(store: Store, hash: str) -> Any:
    """The content that was frozen under a hash, as plain values; Damaged where it is not whole."""
    content = await content_of(store, hash)
    if content is None:
        raise Damaged(f"there is no content {hash}")
    whole = b"".join([piece async for piece in pieces(store, content, 0, content.size)])
    return msgspec.json.decode(whole)


async def read_in(work: Work, entity: Aggregate, before: Aggregate | None) -> None:
    """A version that another instance froze keeps the content that the caller has sent here before; 422 where it is not
    there."""
    entry = entry_of(type(entity))
    hash = getattr(entity, entry.frozen) if entry.frozen else None
    if hash is None or (before is not None and getattr(before, entry.frozen) == hash):
        return
    caller = "" if work.caller is None else work.caller.key
    if await upload_of(work.store, hash, caller) is None:
        raise Invalid(
            "there is no such file of yours: send it first",
            Fault("not_found", "you have not sent it, or more than a day ago", pointer=f"/{entry.frozen}"),
            code="file_not_sent",
        )
    work.part.statements += used(hash, entry.name, str(entity.id), caller)

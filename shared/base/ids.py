"""Identity: UUIDv7, so that ids sort by the time they were made; and the text forms that are accepted."""

import re
from functools import lru_cache
from hashlib import sha256
from uuid import UUID

import uuid_utils

CANONICAL = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def new_id() -> UUID:
    return UUID(int=uuid_utils.uuid7().int)


def new_id_text() -> str:
    """The canonical text of a new id, without the cost of a `UUID` object."""
    return str(uuid_utils.uuid7())


@lru_cache(4096)
def derived_id(kind: str, of: str) -> UUID:
    """The id that the thing of a kind which belongs to `of` always has: a reaction that runs twice makes one thing.

    A UUIDv7 too: the time of `of`, and for chance the SHA-256 of both.
    """
    digest = bytearray(sha256(f"{kind}\x1f{of}".encode()).digest()[:16])
    digest[:6] = UUID(of).bytes[:6]
    digest[6] = digest[6] & 0x0F | 0x70
    digest[8] = digest[8] & 0x3F | 0x80
    return UUID(bytes=bytes(digest))


def is_canonical(text: str) -> bool:
    return CANONICAL.fullmatch(text) is not None

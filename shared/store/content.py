"""Content by its hash: files that were uploaded, and what was frozen. What has the same SHA-256 is stored once.

    content         what there is; only what is whole is ever read
    content_piece   its bytes, in pieces of 64 KiB
    content_upload  who sent it, and may use it until when
    content_use     which aggregates use it

Pieces are written in transactions of their own, and a last one says that all are there. Whatever ends the process before
leaves nothing that can be read; it is pruned a day later, as what nobody uses is.
"""

from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from shared.base.canonical import canonical
from shared.base.clock import now_micros
from shared.base.filetypes import Read
from shared.store.base import Damaged, Store
from shared.store.unit import Statement, Unit

PIECE = 64 * 1024
"""Bytes of a piece: so much of a file each of its readers has in memory."""
TOGETHER = 16
"""Pieces that are written in one transaction."""
UNUSED_US = 24 * 3600 * 1_000_000
"""So long after its upload content may be without an aggregate that uses it."""

BEGIN = """
INSERT INTO content (sha256, size, media_type, whole, stored_at) VALUES (?, ?, ?, 0, ?)
ON CONFLICT (sha256) DO UPDATE SET stored_at = excluded.stored_at
RETURNING whole
"""
PUT_PIECE = """
INSERT INTO content_piece (sha256, place, data) VALUES (?, ?, ?) ON CONFLICT (sha256, place) DO NOTHING
"""
COMPLETE = """
UPDATE content SET whole = 1 WHERE sha256 = ?
    AND size = (SELECT COALESCE(SUM(LENGTH(data)), 0) FROM content_piece p WHERE p.sha256 = content.sha256)
"""
PUT_WHOLE = """
INSERT INTO content (sha256, size, media_type, whole, stored_at) VALUES (?, ?, ?, 1, ?)
ON CONFLICT (sha256) DO UPDATE SET whole = 1, stored_at = excluded.stored_at
"""
SENT = """
INSERT INTO content_upload (sha256, caller, name, media_type, size, expires_at) VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT (sha256, caller) DO UPDATE SET
    name = excluded.name, media_type = excluded.media_type, expires_at = excluded.expires_at
"""
STILL_THERE = """
UPDATE content SET stored_at = ? WHERE sha256 = ? AND whole = 1
    AND EXISTS (SELECT 1 FROM content_upload u WHERE u.sha256 = content.sha256 AND u.caller = ?)
"""
USE = "INSERT INTO content_use (sha256, kind, id) VALUES (?, ?, ?) ON CONFLICT (sha256, kind, id) DO NOTHING"
UPLOAD = """
SELECT u.sha256, u.size, u.media_type, u.name, u.expires_at FROM content_upload u JOIN content c ON c.sha256 = u.sha256
WHERE u.sha256 = ? AND u.caller = ? AND u.expires_at > ? AND c.whole = 1
"""
_NEEDED_BY_NOBODY = """
    NOT EXISTS (SELECT 1 FROM content_use u WHERE u.sha256 = content.sha256)
    AND NOT EXISTS (SELECT 1 FROM content_upload s WHERE s.sha256 = content.sha256)
"""
UNNEEDED = f"SELECT sha256 FROM content WHERE stored_at < ? AND {_NEEDED_BY_NOBODY} LIMIT 20"
REMOVE = f"DELETE FROM content WHERE sha256 = ? AND stored_at < ? AND {_NEEDED_BY_NOBODY}"
REMOVE_PIECES = """
DELETE FROM content_piece WHERE sha256 = ? AND NOT EXISTS (SELECT 1 FROM content c WHERE c.sha256 = content_piece.sha256)
"""


@dataclass(frozen=True)
class Content:
    """What is stored under a hash."""

    sha256: str
    size: int
    """In bytes."""
    media_type: str


@dataclass(frozen=True)
class Upload:
    """What one caller has sent, and may use in an aggregate."""

    sha256: str
    size: int
    media_type: str
    """By its content, and for texts by the name too."""
    name: str
    expires_at: int
    """In microseconds."""


def slices(size: int) -> range:
    """The places at which the pieces of a content of `size` bytes begin."""
    return range(0, size, PIECE)


async def store_pieces(store: Store, content: Content, read: Read) -> None:
    """Write what a content consists of, unless it is there; it is readable once `completed` is committed, too."""
    first_row = (content.sha256, content.size, content.media_type, now_micros())
    [(whole,)] = await store.run(BEGIN, first_row)
    if whole:
        return
    places = list(enumerate(slices(content.size)))
    for first in range(0, len(places), TOGETHER):
        rows = [(content.sha256, n, read(at, PIECE)) for n, at in places[first : first + TOGETHER]]
        unit = Unit()
        unit.parts[0].statements.append(Statement(PUT_PIECE, rows))
        await store.commit(unit)


def completed(upload: Upload, caller: str) -> list[Statement]:
    """That all pieces are there, and that the caller may use it; stale where one of them is gone."""
    row = (upload.sha256, caller, upload.name, upload.media_type, upload.size, upload.expires_at)
    return [Statement(COMPLETE, [(upload.sha256,)], expect=1), Statement(SENT, [row])]


def used(sha256: str, kind: str, id: str, caller: str) -> list[Statement]:
    """That an aggregate uses what the caller has sent; stale where it was pruned meanwhile."""
    return [
        Statement(STILL_THERE, [(now_micros(), sha256, caller)], expect=1),
        Statement(USE, [(sha256, kind, id)]),
    ]


async def upload_of(store: Store, sha256: str, caller: str) -> Upload | None:
    """What the caller has sent and may still use; None where there is nothing of it."""
    rows = await store.fetch(UPLOAD, (sha256, caller, now_micros()))
    return Upload(*rows[0]) if rows else None


async def content_of(store: Store, sha256: str) -> Content | None:
    """What is stored under a hash; None where there is nothing, or not all of it."""
    rows = await store.fetch(
        "SELECT sha256, size, media_type FROM content WHERE sha256 = ? AND whole = 1", (sha256,)
    )
    return Content(*rows[0]) if rows else None


async def pieces(store: Store, content: Content, start: int, stop: int) -> AsyncIterator[bytes]:
    """The bytes from `start` up to `stop`, a piece at a time. Damaged where a piece is missing."""
    for place in range(start // PIECE, -(-stop // PIECE)):
        rows = await store.fetch(
            "SELECT data FROM content_piece WHERE sha256 = ? AND place = ?", (content.sha256, place)
        )
        if not rows:
            raise Damaged(f"the content {content.sha256} has no piece {place}")
        yield rows[0][0][max(0, start - place * PIECE) : stop - place * PIECE]


# Frozen content


@dataclass(frozen=True)
class Frozen:
    """A value as it will always be: canonical JSON and its hash."""

    sha256: str
    text: bytes


def freeze(value: Any) -> Frozen:
    """The canonical JSON (RFC 8785) of a value of plain types, and its SHA-256. See `shared.base.canonical`."""
    text = canonical(value)
    return Frozen(sha256(text).hexdigest(), text)


def kept_frozen(frozen: Frozen, kind: str, id: str) -> list[Statement]:
    """Write frozen content in the commit of the aggregate that uses it."""
    rows = [(frozen.sha256, n, frozen.text[at : at + PIECE]) for n, at in enumerate(slices(len(frozen.text)))]
    row = (frozen.sha256, len(frozen.text), "application/json", now_micros())
    return [
        Statement(PUT_PIECE, rows),
        Statement(PUT_WHOLE, [row]),
        Statement(USE, [(frozen.sha256, kind, id)]),
    ]


# Taking out


async def uses_of(store: Store, kind: str, id: str) -> list[str]:
    """The hashes of what an aggregate uses."""
    rows = await store.fetch("SELECT sha256 FROM content_use WHERE kind = ? AND id = ?", (kind, id))
    return [row[0] for row in rows]


def released(kind: str, id: str, hashes: Sequence[str]) -> list[Statement]:
    """That an aggregate uses these no more; what nobody else needs is removed with it."""
    if not hashes:
        return []
    unused = [Statement("DELETE FROM content_use WHERE kind = ? AND id = ?", [(kind, id)])]
    return unused + [statement for hash in hashes for statement in _removed(hash, now_micros() + 1)]


def _removed(sha256: str, before: int) -> Iterator[Statement]:
    yield Statement(REMOVE, [(sha256, before)])
    yield Statement(REMOVE_PIECES, [(sha256,)])


async def prune(store: Store) -> int:
    """Remove what nobody has used for a day, and what was never whole; answers how many contents that were."""
    before, count = now_micros() - UNUSED_US, 0
    while rows := await store.fetch(UNNEEDED, (before,)):
        for (hash,) in rows:
            unit = Unit()
            unit.parts[0].statements += _removed(hash, before)
            await store.commit(unit)
        count += len(rows)
    return count


# Quotas and checks


async def sent_by(store: Store, caller: str) -> int:
    """Bytes that a caller has sent and that they may still use: what one sends twice counts once."""
    [(size,)] = await store.fetch(
        "SELECT COALESCE(SUM(size), 0) FROM content_upload WHERE caller = ? AND expires_at > ?",
        (caller, now_micros()),
    )
    return int(size)


async def stored_bytes(store: Store) -> int:
    """Bytes of all contents of the store."""
    [(size,)] = await store.fetch("SELECT COALESCE(SUM(size), 0) FROM content")
    return int(size)


async def is_intact(store: Store, content: Content) -> bool:
    """Whether the stored bytes have the hash and the size that they are stored under."""
    hash, size = sha256(), 0
    try:
        async for piece in pieces(store, content, 0, content.size):
            hash.update(piece)
            size += len(piece)
    except Damaged:
        return False
    return (hash.hexdigest(), size) == (content.sha256, content.size)


async def wrong_contents(store: Store) -> tuple[int, list[str]]:
    """How many contents are stored, and the hashes of those that are damaged, or used and not there."""
    rows = await store.fetch("SELECT sha256, size, media_type FROM content WHERE whole = 1 ORDER BY sha256")
    wrong = [row[0] for row in rows if not await is_intact(store, Content(*row))]
    missing = await store.fetch(
        "SELECT DISTINCT sha256 FROM content_use u WHERE NOT EXISTS"
        " (SELECT 1 FROM content c WHERE c.sha256 = u.sha256 AND c.whole = 1)"
    )
    return len(rows), sorted({*wrong, *(row[0] for row in missing)})

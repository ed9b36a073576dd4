"""Content by its hash: whole or not there, stored once, gone when nobody needs it, on both databases."""

from collections.abc import Sequence
from hashlib import sha256

import pytest

from shared.base.clock import now_micros
from shared.store import StaleVersion, Statement, Store, Unit, content
from shared.store.content import PIECE, Content, Upload

ANNA, BEN = "local|anna", "local|ben"


def described(data: bytes) -> Content:
    return Content(sha256(data).hexdigest(), len(data), "text/plain")


def reading(data: bytes):  # type: ignore[no-untyped-def] # a function that reads it
    return lambda start, length: data[start : start + length]


async def commit(store: Store, statements: Sequence[Statement]) -> None:
    unit = Unit()
    unit.parts[0].statements += statements
    await store.commit(unit)


async def send(store: Store, data: bytes, caller: str = ANNA) -> Content:
    one = described(data)
    await content.store_pieces(store, one, reading(data))
    upload = Upload(one.sha256, one.size, one.media_type, "a.txt", now_micros() + content.UNUSED_US)
    await commit(store, content.completed(upload, caller))
    return one


async def read(store: Store, one: Content, start: int = 0, stop: int | None = None) -> bytes:
    stop = one.size if stop is None else stop
    return b"".join([piece async for piece in content.pieces(store, one, start, stop)])


async def age(store: Store) -> None:
    """Two days go by."""
    await store.run("UPDATE content SET stored_at = stored_at - ? RETURNING sha256", (2 * content.UNUSED_US,))
    await store.run("DELETE FROM content_upload RETURNING sha256")


DATA = bytes(range(251)) * 700


async def test_what_was_sent_is_read_back_whole_and_in_parts(store: Store) -> None:
    one = await send(store, DATA)
    assert await content.content_of(store, one.sha256) == one
    assert await read(store, one) == DATA
    for start, stop in ((0, 1), (PIECE - 1, PIECE + 1), (PIECE, 2 * PIECE), (one.size - 1, one.size)):
        assert await read(store, one, start, stop) == DATA[start:stop]


async def test_no_piece_is_larger_than_what_a_reader_may_hold(store: Store) -> None:
    one = await send(store, DATA)
    assert max([len(piece) async for piece in content.pieces(store, one, 0, one.size)]) <= PIECE


async def test_the_same_content_is_stored_once(store: Store) -> None:
    await send(store, DATA)
    await send(store, DATA, BEN)
    [(pieces,)] = await store.fetch("SELECT COUNT(*) FROM content_piece")
    [(contents,)] = await store.fetch("SELECT COUNT(*) FROM content")
    assert (pieces, contents) == (len(content.slices(len(DATA))), 1)


async def test_what_is_not_whole_is_not_there(store: Store) -> None:
    """As after a kill between two transactions of an upload."""
    one = described(DATA)
    await store.run(content.BEGIN, (one.sha256, one.size, one.media_type, now_micros()))
    await commit(store, [Statement(content.PUT_PIECE, [(one.sha256, 0, DATA[:PIECE])])])
    upload = Upload(one.sha256, one.size, one.media_type, "a.txt", now_micros() + content.UNUSED_US)
    with pytest.raises(StaleVersion):
        await commit(store, content.completed(upload, ANNA))
    assert await content.content_of(store, one.sha256) is None
    assert await content.upload_of(store, one.sha256, ANNA) is None
    with pytest.raises(StaleVersion):
        await commit(store, content.used(one.sha256, "document", "d", ANNA))
    assert await send(store, DATA) == one, "what is sent again is completed"
    assert await read(store, one) == DATA


async def test_two_replicas_may_send_the_same_at_once(store: Store, replica: Store) -> None:
    one = described(DATA)
    for place in (store, replica):
        await content.store_pieces(place, one, reading(DATA))
    await send(replica, DATA, BEN)
    assert await send(store, DATA) == one
    assert await content.is_intact(replica, one)


async def test_only_who_has_sent_it_may_use_it(store: Store) -> None:
    one = await send(store, DATA)
    assert await content.upload_of(store, one.sha256, BEN) is None
    with pytest.raises(StaleVersion):
        await commit(store, content.used(one.sha256, "document", "d", BEN))
    await commit(store, content.used(one.sha256, "document", "d", ANNA))
    assert await content.uses_of(store, "document", "d") == [one.sha256]


async def test_what_nobody_uses_is_pruned_after_a_day(store: Store) -> None:
    unused, used = await send(store, DATA), await send(store, DATA[1:])
    await commit(store, content.used(used.sha256, "document", "d", ANNA))
    assert await content.prune(store) == 0
    await age(store)
    assert await content.prune(store) == 1
    assert await content.content_of(store, unused.sha256) is None
    assert await read(store, used) == DATA[1:]
    [(pieces,)] = await store.fetch("SELECT COUNT(*) FROM content_piece")
    assert pieces == len(content.slices(used.size))


async def test_what_was_never_whole_is_pruned(store: Store) -> None:
    one = described(DATA)
    await content.store_pieces(store, one, reading(DATA))
    await age(store)
    assert await content.prune(store) == 1
    assert await store.fetch("SELECT 1 FROM content_piece") == []


async def test_what_is_used_is_not_pruned_between(store: Store) -> None:
    one = await send(store, DATA)
    before = now_micros() - content.UNUSED_US
    await commit(store, content.used(one.sha256, "document", "d", ANNA))
    await commit(store, [Statement(content.REMOVE, [(one.sha256, before)])])
    assert await read(store, one) == DATA


async def test_released_content_goes_where_nobody_else_needs_it(store: Store) -> None:
    own, shared_one = await send(store, DATA), await send(store, DATA[1:])
    for one, users in ((own, ("a",)), (shared_one, ("a", "b"))):
        for user in users:
            await commit(store, content.used(one.sha256, "comment", user, ANNA))
    await age(store)
    hashes = await content.uses_of(store, "comment", "a")
    await commit(store, content.released("comment", "a", hashes))
    assert await content.content_of(store, own.sha256) is None
    assert await read(store, shared_one) == DATA[1:]
    assert await content.uses_of(store, "comment", "a") == []


async def test_damaged_and_missing_content_is_noticed(store: Store) -> None:
    damaged, missing, good = [await send(store, DATA[n:]) for n in range(3)]
    for one in (damaged, missing, good):
        await commit(store, content.used(one.sha256, "document", "d", ANNA))
    assert await content.wrong_contents(store) == (3, [])
    await store.run(
        "UPDATE content_piece SET data = ? WHERE sha256 = ? AND place = 1 RETURNING place",
        (b"x" * PIECE, damaged.sha256),
    )
    await store.run("DELETE FROM content WHERE sha256 = ? RETURNING sha256", (missing.sha256,))
    assert await content.wrong_contents(store) == (2, sorted([damaged.sha256, missing.sha256]))


async def test_frozen_content_is_kept_and_verified(store: Store) -> None:
    frozen = content.freeze({"b": [1, 0.5], "a": {"amount": "1234.50", "currency": "CHF"}})
    assert frozen.text == b'{"a":{"amount":"1234.50","currency":"CHF"},"b":[1,0.5]}'
    await commit(store, content.kept_frozen(frozen, "report", "r"))
    await commit(store, content.kept_frozen(frozen, "report", "s"))
    one = await content.content_of(store, frozen.sha256)
    assert one is not None
    assert await read(store, one) == frozen.text
    assert await content.is_intact(store, one)

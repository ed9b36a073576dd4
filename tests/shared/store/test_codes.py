"""Codes are drawn in blocks, larger ones while many are made."""

import asyncio

from shared.domain import codes
from shared.domain.codes import BLOCK, LARGEST_BLOCK, Sequence
from shared.store import Store
from tests.shared.store.writing import work_on

MANY = 4 * LARGEST_BLOCK


async def last_drawn(store: Store) -> int:
    [(last,)] = await store.fetch("SELECT last FROM sequence WHERE name = ?", ("TST",))
    return int(last)


async def test_codes_drawn_at_once_follow_one_another(store: Store) -> None:
    sequence, work = Sequence("TST"), work_on(store)
    drawn = await asyncio.gather(*(sequence.next(work) for _ in range(MANY)))
    assert sorted(drawn) == [f"TST-{n:04d}" for n in range(1, MANY + 1)]
    assert await last_drawn(store) < MANY + LARGEST_BLOCK


async def test_who_makes_one_now_and_then_draws_a_small_block(store: Store) -> None:
    sequence, work = Sequence("TST"), work_on(store)
    await sequence.next(work)
    assert await last_drawn(store) == BLOCK


async def test_a_block_that_lasted_is_followed_by_a_small_one(store: Store) -> None:
    sequence, work = Sequence("TST"), work_on(store)
    for _ in range(BLOCK + 1):
        await sequence.next(work)
    assert await last_drawn(store) == BLOCK + 2 * BLOCK
    sequence._blocks[store].drawn_at -= codes.QUICK_S
    for _ in range(2 * BLOCK):
        await sequence.next(work)
    assert await last_drawn(store) == BLOCK + 2 * BLOCK + BLOCK

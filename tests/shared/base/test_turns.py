"""Long walks let others run."""

import asyncio

import pytest

from shared.base.turns import in_turns


@pytest.mark.parametrize(("rows", "others"), [(0, 0), (99, 0), (100, 1), (1_000, 10)])
async def test_others_have_a_turn_after_every_hundred_rows(rows: int, others: int) -> None:
    turns = 0

    async def count() -> None:
        nonlocal turns
        while True:
            await asyncio.sleep(0)
            turns += 1

    counting = asyncio.create_task(count())
    await asyncio.sleep(0)
    assert [row async for row in in_turns(range(rows))] == list(range(rows))
    counting.cancel()
    assert turns == others

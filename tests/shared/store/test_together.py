"""Questions that are asked together: each is answered, whoever else asks."""

import asyncio
from typing import Any

import pytest

from shared.store.together import AT_ONCE, Together


class Table:
    """A table that answers when told to, and keeps what it was asked."""

    def __init__(self) -> None:
        self.asked: list[list[str]] = []
        self.answers = asyncio.Event()
        self.wrong: Exception | None = None

    async def ask(self, table: str, ids: list[str]) -> list[tuple[str, str, int, int]]:
        self.asked.append(ids)
        await self.answers.wait()
        if self.wrong:
            raise self.wrong
        return [(id, f"{table} {id}", 1, 0) for id in ids if id != "none"]


async def begun(*steps: "asyncio.Task[Any]") -> None:
    """Let what was started come to where it waits."""
    for _ in range(3 * len(steps)):
        await asyncio.sleep(0)


async def test_who_asks_while_others_wait_is_answered_with_them_by_one_question() -> None:
    table = Table()
    together = Together(table.ask)
    asking = [asyncio.create_task(together.document("project", id)) for id in ("1", "2", "3", "3", "none")]
    await begun(*asking)
    table.answers.set()
    answers = await asyncio.gather(*asking)
    assert answers == [
        ("project 1", 1, 0),
        ("project 2", 1, 0),
        ("project 3", 1, 0),
        ("project 3", 1, 0),
        None,
    ]
    assert table.asked == [["1", "2", "3", "none"]]


async def test_who_asks_again_at_once_is_answered_though_all_questions_have_just_ended() -> None:
    table = Table()
    together = Together(table.ask)

    async def twice() -> None:
        await together.document("project", "1")
        await together.document("project", "2")

    asking: list[asyncio.Task[Any]] = [asyncio.create_task(twice())]
    await begun(*asking)
    for n in range(AT_ONCE - 1):
        asking.append(asyncio.create_task(together.document("project", f"other {n}")))
        await begun(*asking)
    assert len(table.asked) == AT_ONCE
    table.answers.set()
    async with asyncio.timeout(5):
        await asyncio.gather(*asking)


async def test_a_question_that_fails_fails_for_all_who_wait_and_the_next_is_put() -> None:
    table = Table()
    together = Together(table.ask)
    table.wrong = OSError("away")
    table.answers.set()
    outcomes = await asyncio.gather(
        *(together.document("project", id) for id in ("1", "2")), return_exceptions=True
    )
    assert [type(outcome) for outcome in outcomes] == [OSError, OSError]
    table.wrong = None
    assert await together.document("project", "1") == ("project 1", 1, 0)


async def test_who_goes_away_takes_no_answer_from_the_others() -> None:
    table = Table()
    together = Together(table.ask)
    leaving, staying = (asyncio.create_task(together.document("project", "1")) for _ in range(2))
    await begun(leaving, staying)
    leaving.cancel()
    table.answers.set()
    assert await staying == ("project 1", 1, 0)
    with pytest.raises(asyncio.CancelledError):
        await leaving

"""Rows asked for by id: each answer is as committed when it was asked for, however many ask at once."""

import asyncio
from collections.abc import Iterable
from typing import Any

import pytest

from shared.base.ids import new_id_text
from shared.contracts.projects.structure import Project
from shared.store import Store, Unreachable
from shared.store.together import AT_ONCE, Together
from tests.shared.store.writing import created, renaming

Row = tuple[str, str, int, int]


async def test_many_who_ask_at_once_each_get_their_own(store: Store) -> None:
    built = [await created(store, f"P-{n}") for n in range(20)]
    ids = [str(project.id) for project in built] * 5 + [new_id_text()]
    result = await asyncio.gather(*(store.document("project", id) for id in ids))
    assert result[-1] is None
    for id, document in zip(ids[:-1], result, strict=False):
        assert document is not None
        assert str(Project.model_validate_json(document[0]).id) == id


async def test_who_asks_after_a_commit_sees_it(store: Store, replica: Store) -> None:
    project = await created(store, "P-1")
    asking = [asyncio.ensure_future(replica.document("project", str(project.id))) for _ in range(5)]
    await (await renaming(store, project, "Renamed")).commit()
    after = await replica.document("project", str(project.id))
    assert after is not None
    assert (Project.model_validate_json(after[0]).name, after[1]) == ("Renamed", 2)
    await asyncio.gather(*asking)


class Slow:
    """A database that answers when it is told to."""

    def __init__(self) -> None:
        self.statements: list[list[str]] = []
        self.answer = asyncio.Event()
        self.away = False

    async def __call__(self, table: str, ids: list[str]) -> Iterable[Row]:
        self.statements.append(ids)
        await self.answer.wait()
        if self.away:
            raise Unreachable("the database is away")
        return [(id, f"{table} {id}", 1, 0) for id in ids]


async def test_while_questions_are_under_way_the_others_wait_for_one_question() -> None:
    slow = Slow()
    together = Together(slow)
    waiting = []
    for n in range(50):
        waiting.append(asyncio.ensure_future(together.document("project", str(n))))
        await asyncio.sleep(0)
    slow.answer.set()
    result = await asyncio.gather(*waiting)
    assert [document[0] for document in result if document] == [f"project {n}" for n in range(50)]
    assert len(slow.statements) == AT_ONCE + 1
    assert sorted((id for ids in slow.statements for id in ids), key=int) == [str(n) for n in range(50)]


async def test_who_asks_again_at_once_is_answered_though_all_questions_have_just_ended() -> None:
    slow = Slow()
    together = Together(slow)

    async def twice() -> None:
        await together.document("project", "1")
        await together.document("project", "2")

    asking: list[asyncio.Future[Any]] = [asyncio.ensure_future(twice())]
    while len(slow.statements) < AT_ONCE:
        await asyncio.sleep(0)
        if len(slow.statements) == len(asking) < AT_ONCE:
            asking.append(asyncio.ensure_future(together.document("project", f"other {len(asking)}")))
    slow.answer.set()
    async with asyncio.timeout(5):
        await asyncio.gather(*asking)


async def test_who_no_longer_waits_is_no_trouble_to_the_others() -> None:
    slow = Slow()
    together = Together(slow)
    gone, stays = (asyncio.ensure_future(together.document("project", "1")) for _ in range(2))
    await asyncio.sleep(0)
    gone.cancel()
    slow.answer.set()
    assert await stays == ("project 1", 1, 0)


async def test_a_failure_is_told_to_all_who_wait_and_forgotten_then() -> None:
    slow = Slow()
    together = Together(slow)
    slow.away = True
    slow.answer.set()
    answer = await asyncio.gather(
        *(together.document("project", str(n)) for n in range(3)), return_exceptions=True
    )
    assert [type(error) for error in answer] == [Unreachable] * 3
    slow.away = False
    with_luck = await together.document("project", "7")
    assert with_luck == ("project 7", 1, 0)


@pytest.mark.parametrize("answers", [1, 2])
async def test_tables_are_asked_one_by_one(answers: int) -> None:
    slow = Slow()
    together = Together(slow)
    waiting = [
        asyncio.ensure_future(together.document(table, "1"))
        for table in ("project", "portfolio")
        for _ in range(answers)
    ]
    slow.answer.set()
    result = await asyncio.gather(*waiting)
    assert [document[0] for document in result if document] == (
        ["project 1"] * answers + ["portfolio 1"] * answers
    )

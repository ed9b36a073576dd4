"""An outbox that is read page by page: in order, without a gap, and ahead of whoever works on a page."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from services.projects.service import SERVICE
from shared.base.settings import Settings
from shared.contracts.language import topics_of
from shared.messaging.bus.embedded import SLICE, Reading
from shared.runtime.migrate import prepare
from shared.store import Store, Unreachable, open_store
from tests.shared.store.writing import stage, work_on

SIZE = SLICE + 3
"""A page of more than one slice."""


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    url = Settings(data=tmp_path).store_url("projects")
    await prepare(SERVICE, url)
    opened = await open_store(url)
    yield opened
    await opened.close()


@pytest.fixture
async def reading(store: Store) -> AsyncIterator[Reading]:
    created = Reading(store, topics_of("projects"), SIZE)
    yield created
    await created.close()


async def tell(store: Store, first: int, count: int) -> None:
    work = work_on(store)
    for n in range(first, first + count):
        stage(work, f"P{n}")
    await work.commit()


async def all_pages(reading: Reading) -> list[list[int]]:
    pages = []
    while page := await reading.page():
        pages.append([r.position for r in page])
    return pages


async def test_pages_follow_one_another_without_a_gap_and_each_record_names_the_one_before(
    store: Store, reading: Reading
) -> None:
    await tell(store, 1, 2 * SIZE + 1)
    last: dict[int, int] = {}
    sizes = []
    position = 0
    while page := await reading.page():
        sizes.append(len(page))
        for record in page:
            position += 1
            assert (record.position, record.previous) == (position, last.get(record.partition, 0))
            last[record.partition] = position
    assert sizes == [SIZE, SIZE, 1]


async def test_while_a_page_is_worked_on_the_next_one_is_read(
    store: Store, reading: Reading, statements: list[str]
) -> None:
    await tell(store, 1, 2 * SIZE)
    await reading.page()
    at_first = len(statements)
    for _ in range(10):
        await asyncio.sleep(0)  # the work on the first page
    assert len(statements) > at_first
    ahead = len(statements)
    page = await reading.page()
    assert page[-1].position == 2 * SIZE
    assert len(statements) == ahead


async def test_what_is_told_while_nothing_was_found_ahead_is_read_at_once(
    store: Store, reading: Reading
) -> None:
    await tell(store, 1, SIZE)
    await reading.page()
    for _ in range(10):
        await asyncio.sleep(0)  # finds nothing ahead
    await tell(store, SIZE + 1, 1)
    assert [r.position for r in await reading.page()] == [SIZE + 1]


async def test_what_was_read_ahead_is_forgotten_where_reading_goes_elsewhere(
    store: Store, reading: Reading
) -> None:
    await tell(store, 1, 2 * SIZE)
    await reading.page()
    await reading.go_to(3)
    page = await reading.page()
    assert [r.position for r in page] == list(range(4, SIZE + 4))
    [same, *_] = [r for r in page[1:] if r.partition == page[0].partition]
    assert same.previous == page[0].position


async def test_what_could_not_be_read_ahead_is_read_the_next_time(
    store: Store, reading: Reading, monkeypatch: pytest.MonkeyPatch
) -> None:
    await tell(store, 1, 2 * SIZE)
    await reading.page()
    fetch, wanted = store.fetch, 0

    async def away_once(*question: Any) -> list[tuple[Any, ...]]:
        nonlocal wanted
        wanted += 1
        if wanted == 2:  # in the middle of the page
            raise Unreachable("the store is away")
        return await fetch(*question)

    monkeypatch.setattr(store, "fetch", away_once)
    with pytest.raises(Unreachable):
        await reading.page()
    assert await all_pages(reading) == [list(range(SIZE + 1, 2 * SIZE + 1))]


@pytest.fixture
def statements(store: Store, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The questions that the store was asked."""
    fetch, questions = store.fetch, list[str]()

    async def noted(text: str, *params: Any) -> list[tuple[Any, ...]]:
        questions.append(text)
        return await fetch(text, *params)

    monkeypatch.setattr(store, "fetch", noted)
    return questions

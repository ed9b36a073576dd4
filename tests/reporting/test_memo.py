"""Remembered answers: dropped when something is folded, also while one is being made."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from services.reporting.memo import remembered
from services.reporting.service import SERVICE
from shared.base.settings import Settings
from shared.http.auth import Tokens
from shared.runtime.running import opened
from shared.store import Statement, Store, Unit


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    settings = Settings(data=tmp_path)
    async with opened(SERVICE, settings, Tokens(settings)) as one:
        yield one.kernel.store


async def fold(store: Store, topic: str) -> None:
    text = (
        "INSERT INTO inbox_position (consumer, topic, partition, epoch, next_offset, position)"
        " VALUES ('reporting.projection', ?, 0, 1, 1, 1)"
    )
    unit = Unit()
    unit.parts[0].statements.append(Statement(text, [(topic,)]))
    await store.commit(unit)


async def test_an_answer_overtaken_by_a_fold_while_it_was_made_is_not_kept(store: Store) -> None:
    begun, folded = asyncio.Event(), asyncio.Event()

    async def slow() -> bytes:
        begun.set()
        await folded.wait()
        return b"before"

    async def quick() -> bytes:
        return b"after"

    overtaken = asyncio.create_task(remembered(store, "key", slow))
    await begun.wait()
    await fold(store, "portolan.projects.v1")
    assert await remembered(store, "key", quick) == b"after"
    folded.set()
    assert await overtaken == b"before"
    assert await remembered(store, "key", quick) == b"after"

"""The sums of portfolios are what their projects add up to, on every day, in whatever order it was told."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import date, timedelta
from pathlib import Path
from random import Random

import pytest

from services.reporting.asof import AsOf, today
from services.reporting.history.portfolios import portfolios_by_id
from services.reporting.replay import compare
from services.reporting.service import SERVICE
from services.reporting.totals import projection
from services.reporting.totals.audit import recounted
from services.reporting.totals.view import cells
from shared.base.clock import end_of_day, from_day, to_day, to_micros
from shared.base.settings import Settings
from shared.http.auth import Tokens
from shared.messaging.bus import Record
from shared.messaging.bus.embedded import EmbeddedBus
from shared.messaging.inbox import Inbox
from shared.runtime.running import Opened, opened
from shared.store import Store
from tests.reporting.totals.histories import DAYS, FIRST, World, batches

PROJECTION, *_ = SERVICE.consumers
BEYOND = (1, 20, 31, 32, 33, 200)
"""Days after today, on which projects have turned with time alone."""


@pytest.fixture
async def reporting(tmp_path: Path, database_url: str) -> AsyncIterator[Opened]:
    settings = Settings(data=tmp_path / "live", database_url=database_url)
    async with opened(SERVICE, settings, Tokens(settings)) as one:
        yield one


@pytest.fixture
async def other(tmp_path: Path) -> AsyncIterator[Opened]:
    settings = Settings(data=tmp_path / "other")
    async with AsyncExitStack() as stack:
        yield await stack.enter_async_context(opened(SERVICE, settings, Tokens(settings)))


def inbox_of(one: Opened) -> Inbox:
    return Inbox(one.kernel, EmbeddedBus({}), PROJECTION)


async def fold(inbox: Inbox, delivered: list[list[Record]]) -> None:
    for batch in delivered:
        await inbox.take(batch)
    assert await inbox.kernel.store.fetch("SELECT error FROM dead_letter") == []


async def agree(store: Store, settings: Settings, day: date) -> int:
    """How many cells there are on the day, once the kept ones are held equal to those counted again."""
    is_past = day < from_day(today(settings))
    until = to_micros(end_of_day(day, settings.zone)) if is_past else None
    at = AsOf(day, to_day(day), until)
    portfolios = await portfolios_by_id(store, at, archived=True)
    counted = await recounted(store, portfolios.values(), at.day)
    assert await cells(store, at.day) == counted, day
    return len(counted)


@pytest.mark.parametrize("seed", range(4))
async def test_kept_sums_equal_a_recount_on_every_day(reporting: Opened, other: Opened, seed: int) -> None:
    world = World(seed)
    world.begin()
    inbox, store, settings = inbox_of(reporting), reporting.kernel.store, reporting.kernel.settings
    for _ in range(90):
        world.step()
    delivered = batches(world.records, Random(seed))
    half = len(delivered) // 2
    await fold(inbox, delivered[:half])
    for offset in range(-1, DAYS + 2, 40):
        await agree(store, settings, FIRST + timedelta(days=offset))
    await fold(inbox, delivered[half:])
    most = 0
    for offset in range(-1, DAYS + 2, 7):
        most = max(most, await agree(store, settings, FIRST + timedelta(days=offset)))
    for after in BEYOND:
        await agree(store, settings, from_day(today(settings) + after))
    assert most > 5
    await fold(inbox_of(other), batches(world.records, Random(seed + 100)))
    assert await compare(store, other.kernel.store) == []
    assert await cells(store, today(settings)) == await cells(other.kernel.store, today(settings))


async def test_sums_are_brought_to_the_day_of_the_fold(
    reporting: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World(11)
    world.begin()
    for _ in range(60):
        world.step()
    inbox, store, settings = inbox_of(reporting), reporting.kernel.store, reporting.kernel.settings
    delivered = batches(world.records, Random(11))
    for n, batch in enumerate(delivered):
        day = to_day(FIRST) + n * DAYS // len(delivered)
        monkeypatch.setattr(projection, "today", lambda _, day=day: day)
        await fold(inbox, [batch])
    [(reached,)] = await store.fetch("SELECT day FROM totals_clock")
    assert to_day(FIRST) + DAYS // 2 < reached <= day
    for offset in range(-40, 60, 9):
        await agree(store, settings, from_day(day + offset))

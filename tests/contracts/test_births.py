"""When a consumer is born: its copies know all history, its reactions begin with what comes from then on.

On every bus and in both databases.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

import pytest
from sqlalchemy.schema import CreateTable
from sqlmodel import SQLModel

from services.projects.service import SERVICE as PROJECTS
from shared.contracts.projects.strategy import Portfolio
from shared.domain.copies import Known
from shared.domain.work import Work
from shared.messaging.bus import Record
from shared.messaging.consumer import reacting
from shared.messaging.inbox import Inbox
from shared.messaging.reactions import EVERY, On, on
from shared.runtime.migrate import prepare
from shared.store import Store, Unreachable, open_store
from shared.store.columns import own_registry
from tests.contracts.carried import Carried
from tests.contracts.consuming import eventually

NOTES = "CREATE TABLE noted (line {number} PRIMARY KEY, position BIGINT NOT NULL, version BIGINT NOT NULL)"
NOTE = "INSERT INTO noted (line, position, version) SELECT COALESCE(MAX(line), 0) + 1, ?, ? FROM noted"


class Base(SQLModel, registry=own_registry()):
    """The tables of the consumer's copies."""


class WiderBase(SQLModel, registry=own_registry()):
    """The same after an upgrade that added a member."""


COPY = Known(Portfolio, Base, members=("archived",))
WIDER = Known(Portfolio, WiderBase, members=("archived", "parent_id"))


@dataclass
class Notes:
    """What triggered the reaction; so many reactions fail first as `failing` says."""

    store: Store
    failing: int = 0
    inbox: Inbox | None = None

    async def react(self, work: Work, record: Record) -> None:
        work.add_statement(NOTE, [(record.position, record.event.data.version)])
        if self.failing:
            self.failing -= 1
            raise Unreachable("the test's database is away")

    async def positions(self) -> list[int]:
        return [row[0] for row in await self.store.fetch("SELECT position FROM noted ORDER BY line")]

    async def copies(self) -> list[int]:
        """The versions of the copies, in order."""
        return sorted(row[0] for row in await self.store.fetch("SELECT version FROM known_portfolio"))

    async def until(self, versions: Sequence[int]) -> None:
        async def are_kept() -> bool:
            return await self.copies() == list(versions)

        await eventually(are_kept)

    async def until_born(self) -> None:
        async def is_born() -> bool:
            return bool(await self.store.fetch("SELECT 1 FROM birth WHERE consumer = 'later.reactions'"))

        await eventually(is_born)

    async def until_noted(self, count: int) -> None:
        async def are_noted() -> bool:
            return len(await self.positions()) >= count

        await eventually(are_noted)


@pytest.fixture
async def store(database_url: str, carried: Carried) -> AsyncIterator[Store]:
    """The store of a service that has been there for long, with a table for the copies."""
    url = f"sqlite:///{carried.settings.data.parent / 'consumer.sqlite'}"
    if database_url:
        url = database_url.replace("{service}", "projects")
    await prepare(PROJECTS, url)
    opened = await open_store(url)
    await opened.run(str(CreateTable(COPY.table)).replace('COLLATE "C"', ""))
    await opened.run(NOTES.format(number="BIGINT"))
    yield opened
    await opened.close()


async def published(carried: Carried, last: int) -> None:
    """Wait until the source says that so much is on the bus: a birth is no earlier."""

    async def is_published() -> bool:
        return await carried.bus.last("projects") >= last

    await eventually(is_published)


@asynccontextmanager
async def consuming(
    carried: Carried, store: Store, copy: Known = COPY, failing: int = 0
) -> AsyncIterator[Notes]:
    """A consumer that keeps portfolios and notes what it reacts to; whoever enters again starts it again."""
    notes = Notes(store, failing)
    declarations: tuple[Known | On, ...] = (copy, on(Portfolio, EVERY, notes.react))
    notes.inbox = Inbox(replace(carried.kernel, store=store), carried.bus, reacting("later", declarations))
    task = asyncio.create_task(notes.inbox.run())
    try:
        yield notes
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_history_fills_the_copies_and_triggers_nothing(carried: Carried, store: Store) -> None:
    await carried.write(aggregates=10, versions=3)
    async with carried.publishing():
        await published(carried, 30)
        async with consuming(carried, store) as consumer:
            await consumer.until([3] * 10)
            assert await consumer.positions() == []
            await carried.write(aggregates=4, versions=2)
            await consumer.until_noted(8)
            assert sorted(await consumer.positions()) == list(range(31, 39))


async def test_a_consumer_that_is_ended_between_has_one_birth(carried: Carried, store: Store) -> None:
    """It is told the same again and goes on: each reaction once, each aggregate in order."""
    await carried.write(aggregates=6, versions=2)
    async with carried.publishing():
        await published(carried, 12)
        async with consuming(carried, store) as consumer:
            await consumer.until([2] * 6)
        await carried.write(aggregates=6, versions=2)
        for _ in range(2):
            async with consuming(carried, store, failing=2) as consumer:
                await asyncio.sleep(0)
        async with consuming(carried, store, failing=3) as consumer:
            await consumer.until_noted(12)
            assert sorted(await consumer.positions()) == list(range(13, 25))
    rows = await store.fetch("SELECT version FROM noted ORDER BY position")
    assert [row[0] for row in rows] == [1] * 6 + [2] * 6


async def test_a_copy_that_keeps_more_is_filled_anew_and_triggers_nothing_again(
    carried: Carried, store: Store
) -> None:
    async with carried.publishing():
        async with consuming(carried, store) as consumer:
            await consumer.until_born()
            await carried.write(aggregates=5, versions=2)
            await consumer.until_noted(10)
        await store.run("ALTER TABLE known_portfolio ADD COLUMN parent_id TEXT DEFAULT 'stale'")
        async with consuming(carried, store, WIDER) as consumer:

            async def are_filled() -> bool:
                rows = await store.fetch("SELECT parent_id FROM known_portfolio")
                return [row[0] for row in rows] == [None] * 5

            await eventually(are_filled)
            await carried.write(aggregates=2)
            await consumer.until_noted(12)
            assert sorted(await consumer.positions()) == list(range(1, 13))


async def test_who_keeps_other_copies_than_a_newer_version_takes_nothing_in_any_more(
    carried: Carried, store: Store
) -> None:
    async with carried.publishing(), consuming(carried, store) as old:
        await old.until_born()
        await carried.write(aggregates=2)
        await old.until([1] * 2)
        await store.run("ALTER TABLE known_portfolio ADD COLUMN parent_id TEXT")
        async with consuming(carried, store, WIDER):

            async def is_stopped() -> bool:
                await carried.write(aggregates=1)
                return "other copies" in str(old.inbox and old.inbox.stopped)

            await eventually(is_stopped)

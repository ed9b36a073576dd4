"""Two replicas that fold at once never count by what the other one is changing: one of them decides again."""

from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from services.reporting.service import SERVICE
from services.reporting.service import fold as fold_batch
from services.reporting.totals.view import cells
from shared.base.clock import to_day
from shared.base.settings import Settings
from shared.contracts.projects.strategy import Portfolio, Thresholds
from shared.contracts.projects.structure import Project
from shared.domain.work import Work
from shared.http.auth import Tokens
from shared.messaging.bus import Record
from shared.messaging.bus.embedded import EmbeddedBus
from shared.messaging.inbox import Inbox
from shared.runtime.running import opened
from shared.store import StaleVersion
from tests.reporting.totals.histories import FIRST, World

PROJECTION, *_ = SERVICE.consumers
STRICT = Thresholds(cost_amber_pct=1, cost_red_pct=2)


@pytest.fixture
async def inbox(tmp_path: Path, database_url: str) -> AsyncIterator[Inbox]:
    settings = Settings(data=tmp_path, database_url=database_url)
    async with opened(SERVICE, settings, Tokens(settings)) as one:
        yield Inbox(one.kernel, EmbeddedBus({}), PROJECTION)


async def staged(inbox: Inbox, records: Sequence[Record]) -> Work:
    """A fold of another replica that has read, and not yet committed."""
    work = inbox._work()
    await fold_batch(work, records)
    return work


def dear(world: World, id: UUID | None = None, **members: Any) -> None:
    """A project that costs three per cent more than planned."""
    costs = {"planned_cost": francs(100), "forecast_cost": francs(103)}
    world.write(Project, id, code="P", name="Dear", stage="active", **costs, **members)


def francs(amount: int) -> dict[str, str]:
    return {"amount": f"{amount}.00", "currency": "CHF"}


async def test_a_fold_is_refused_where_another_one_wrote_the_same_project(inbox: Inbox) -> None:
    world = World(1)
    dear(world)
    await inbox.take(world.records)
    [id] = world.of[Project]
    dear(world, id)
    dear(world, id)
    late = await staged(inbox, world.records[1:2])
    await inbox.take(world.records[1:])
    with pytest.raises(StaleVersion):
        await late.commit()


async def test_a_fold_is_refused_where_the_thresholds_have_changed(inbox: Inbox) -> None:
    while True:
        world = World(2)
        portfolio = world.write(Portfolio, None, name="All")
        dear(world, portfolio_id=portfolio)
        world.write(Portfolio, portfolio, name="All", thresholds=STRICT)
        first, project, strict = world.records
        if project.partition != strict.partition:  # in one partition, one would not be heard before the other
            break
    await inbox.take([first])
    late = await staged(inbox, [project])
    await inbox.take([strict])
    with pytest.raises(StaleVersion):
        await late.commit()
    await inbox.take([project])
    on_the_day = await cells(inbox.kernel.store, to_day(FIRST + timedelta(days=400)))
    assert {cell.health for cell in on_the_day} == {"red"}


async def test_new_thresholds_are_refused_where_a_project_came_meanwhile(inbox: Inbox) -> None:
    world = World(3)
    portfolio = world.write(Portfolio, None, name="All", thresholds=STRICT)
    dear(world)
    dear(world, portfolio_id=portfolio)
    strict, other, project = world.records
    await inbox.take([other])
    late = await staged(inbox, [strict])
    await inbox.take([project])
    with pytest.raises(StaleVersion):
        await late.commit()

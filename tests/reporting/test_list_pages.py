"""The pages of the list of projects, along an index or not, hold every project once and in one order, on any day."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import create_engine

from services.reporting.dashboards.projects.api import SORTS as SORTS_OF_LIST
from services.reporting.dashboards.projects.api import of_day
from services.reporting.service import SERVICE
from shared.base.settings import Settings
from shared.http.auth import Tokens
from shared.http.keyset import Keyset, ranges
from shared.messaging.bus.embedded import EmbeddedBus
from shared.messaging.inbox import Inbox
from shared.runtime.running import opened
from tests.conftest import Callers
from tests.reporting.totals.histories import FIRST, World

PROJECTION, *_ = SERVICE.consumers
DAY = 739_000
SORTS = (
    "schedule.start_variance_days",
    "schedule.variance_days,-name",
    "cost.planned",
    "cost.actual",
    "schedule.planned_finish_on",
    "schedule.variance_days",
    "stage",
    "name",
)


@pytest.fixture
async def viewer(tmp_path: Path, database_url: str) -> AsyncIterator[httpx.AsyncClient]:
    """A reporting service that has heard of a few projects, most of them without some amounts."""
    world = World(21)
    world.begin()
    for _ in range(60):
        world.step()
    settings = Settings(data=tmp_path, database_url=database_url)
    tokens = Tokens(settings)
    async with opened(SERVICE, settings, tokens) as one, AsyncExitStack() as stack:
        await Inbox(one.kernel, EmbeddedBus({}), PROJECTION).take(world.records)
        yield Callers(one.app, tokens, stack)("viewer")


@pytest.mark.parametrize("query", ["", "as_of=early&", "health=green&", "stage=active&"])
async def test_pages_hold_what_the_whole_list_holds(viewer: httpx.AsyncClient, query: str) -> None:
    query = query.replace("early", (FIRST + timedelta(days=40)).isoformat())
    for sort in SORTS:
        for sign in ("", "-"):
            address = f"/reporting/v1/projects?{query}sort={sign}{sort}"
            whole = (await viewer.get(f"{address}&limit=200")).json()["items"]
            seen, following = [], f"{address}&limit=3"
            while following:
                answer = await viewer.get(following)
                assert answer.status_code == 200, (following, answer.text)
                seen += answer.json()["items"]
                following = answer.links["next"]["url"] if "next" in answer.links else ""
            assert seen == whole, sort
            assert whole, "else it shows nothing"
            if sort.endswith("_days"):
                days = [item["schedule"][sort.removeprefix("schedule.")] for item in whole]
                present = [n for n in days if n is not None]
                assert present == sorted(present, reverse=bool(sign))
                assert days[len(present) :] == [None] * (len(days) - len(present))
            if sort == "cost.planned":
                amounts = [item["cost"]["planned"] for item in whole]
                present = [(a["currency"], float(a["amount"])) for a in amounts if a]
                assert present == sorted(present, reverse=bool(sign))
                assert amounts[len(present) :] == [None] * (len(amounts) - len(present))


@pytest.mark.parametrize("sort", ["schedule.variance_days", "schedule.start_variance_days"])
@pytest.mark.parametrize("last", [None, [0, 5, "an id"]])
def test_a_list_by_days_late_is_walked_along_indices(sort: str, last: list[Any] | None) -> None:
    engine = create_engine("sqlite://")
    SERVICE.metadata.create_all(engine)
    by = of_day(SORTS_OF_LIST[sort], DAY)
    keyset = Keyset("project_id", {sort: by}, "the list")
    keyset.narrow("archived = 0")
    order = [*by.keys(False), ("project_id", False)]
    text, params = keyset.selected(ranges(by, order, last), order, last, "*", "figures", 101)
    with engine.connect() as connection:
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", tuple(params)).all()
    engine.dispose()
    steps = [row[-1] for row in plan if " figures " in row[-1]]
    days = "finish" if sort == "schedule.variance_days" else "start"
    for index in (f"ix_figures__{days}_fixed_project_id", f"ix_figures__{days}_due_project_id"):
        assert any(step.startswith(f"SEARCH figures USING INDEX {index}") for step in steps), steps
    scans = [step for step in steps if step.startswith("SCAN")]
    assert len(scans) == 1, "only unknown values have no index, and are read where a page is not full"
    within_ranges = {row[0] for row in plan if row[-1].startswith("CO-ROUTINE range_")}
    sorted_there = [row for row in plan if row[1] in within_ranges and row[-1].startswith("USE TEMP B-TREE")]
    assert not sorted_there, "an index has the rows of each range in their order"

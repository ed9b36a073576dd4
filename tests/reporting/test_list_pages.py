"""The pages of the list of projects, along an index or not, hold every project once and in one order, on any day."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from services.reporting.service import SERVICE
from shared.base.settings import Settings
from shared.http.auth import Tokens
from shared.messaging.bus.embedded import EmbeddedBus
from shared.messaging.inbox import Inbox
from shared.runtime.running import opened
from tests.conftest import Callers
from tests.reporting.totals.histories import FIRST, World

PROJECTION, *_ = SERVICE.consumers
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

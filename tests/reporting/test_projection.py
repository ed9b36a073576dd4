"""The projection does not depend on how events come, and an old day is not changed by what came later."""

import json
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as tuned
from hypothesis import strategies as st

from services.reporting.replay import SUMS_OF_TODAY, TABLES, columns_of, telling
from services.reporting.service import SERVICE
from shared.base.clock import end_of_day, to_micros
from shared.base.settings import Settings
from shared.contracts.language import topics_of
from shared.http.auth import Tokens
from shared.messaging.bus import Record
from shared.messaging.bus.embedded import EmbeddedBus, read_outbox
from shared.messaging.inbox import Inbox
from shared.runtime.running import opened
from tests.conftest import Callers, Portolan
from tests.reporting.telling import FIRST, LENGTH, Story

PROJECTION, *_ = SERVICE.consumers
FEW = tuned(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
DASHBOARDS = ("projects?sort=code&limit=200", "portfolios", "budget", "risk-exposure")


@dataclass
class Told:
    """What was told, partition by partition, and a reporting service that has heard nothing yet."""

    records: list[Record]
    inbox: Inbox
    callers: Callers

    async def forget(self) -> None:
        for table in (*TABLES, SUMS_OF_TODAY, "totals_clock", "inbox_position"):
            await self.inbox.kernel.store.run(f"DELETE FROM {table} WHERE 1 = 1 RETURNING 1")
        await self.inbox._load()

    async def hear(self, *batches: list[Record]) -> None:
        for batch in batches:
            await self.inbox.take(batch)

    async def projection(self) -> dict[str, list[Any]]:
        store = self.inbox.kernel.store
        return {
            table: await store.fetch(
                f"SELECT {', '.join(columns_of(table))} FROM {table} WHERE {telling(table)}"
                f" ORDER BY {', '.join(key)}"
            )
            for table, key in TABLES.items()
        }

    async def dashboards(self, day: date) -> dict[str, Any]:
        by_key = {}
        for path in DASHBOARDS:
            joint = "&" if "?" in path else "?"
            answer = await self.callers("viewer").get(f"/reporting/v1/{path}{joint}as_of={day}")
            assert answer.status_code == 200, answer.text
            by_key[path] = without_positions(answer.json())
        return by_key


def without_positions(reported: Any) -> Any:
    if isinstance(reported, dict):
        return {k: without_positions(v) for k, v in reported.items() if k != "positions"}
    return [without_positions(v) for v in reported] if isinstance(reported, list) else reported


@pytest.fixture(params=[1, 2])
async def listener(request: pytest.FixtureRequest, portolan: Portolan, tmp_path: Path) -> AsyncIterator[Told]:
    await Story(portolan, request.param).tell()
    records: list[Record] = []
    for name, one in portolan.running.services.items():
        if topics := topics_of(name):
            records += await read_outbox(one.kernel.store, topics, 0, 10_000, {})
    settings = Settings(data=tmp_path / "again")
    tokens = Tokens(settings)
    async with opened(SERVICE, settings, tokens) as again, AsyncExitStack() as stack:
        yield Told(
            records, Inbox(again.kernel, EmbeddedBus({}), PROJECTION), Callers(again.app, tokens, stack)
        )


def shuffled(records: list[Record], random: Random) -> list[list[Record]]:
    """In the order of each partition, but the partitions mixed; in batches of any size, some of them twice."""
    waiting: dict[tuple[str, int], list[Record]] = defaultdict(list)
    for record in reversed(records):
        waiting[record.topic, record.partition].append(record)
    batches: list[list[Record]] = []
    while waiting:
        batch = []
        for _ in range(random.choice([1, 2, 7, 40])):
            if waiting:
                place = random.choice(sorted(waiting))
                batch.append(waiting[place].pop())
                if not waiting[place]:
                    del waiting[place]
        batches.append(batch)
        if random.random() < 0.1:
            batches.append(random.choice(batches))
    return batches


@FEW
@given(random=st.randoms(use_true_random=False))
async def test_folds_shuffled_across_topics_end_equal(listener: Told, random: Random) -> None:
    await listener.forget()
    await listener.hear(listener.records)
    expected = await listener.projection()
    assert len(expected["history"]) == len(listener.records) > 40
    assert len(expected["figures"]) > 10
    await listener.forget()
    await listener.hear(*shuffled(listener.records, random))
    assert await listener.projection() == expected


@FEW
@given(after=st.integers(0, LENGTH))
async def test_an_old_day_is_told_as_if_nothing_had_come_later(listener: Told, after: int) -> None:
    day = FIRST + timedelta(days=after)
    until = to_micros(end_of_day(day, listener.inbox.kernel.settings.zone))
    await listener.forget()
    await listener.hear(listener.records)
    expected = await listener.dashboards(day)
    await listener.forget()
    by_then = [r for r in listener.records if r.effective_at <= until]
    for record in by_then:  # what lies between was not there yet: nothing to heal
        record.previous = 0
    await listener.hear(by_then)
    assert await listener.dashboards(day) == expected


async def test_figures_of_a_day_are_those_of_the_states_of_that_day(listener: Told) -> None:
    """Against the plainest fold there is: the newest version of everything by the end of the day."""
    await listener.hear(listener.records)
    for after in range(0, LENGTH, 17):
        day = FIRST + timedelta(days=after)
        until = to_micros(end_of_day(day, listener.inbox.kernel.settings.zone))
        newest: dict[str, Record] = {}
        for record in listener.records:
            if record.effective_at <= until:
                newest[record.event.subject] = record
        states = [
            (r.event.type.split(".")[2], json.loads(bytes(r.event.data.state))) for r in newest.values()
        ]
        shown = (await listener.dashboards(day))[DASHBOARDS[0]]["items"]
        assert {i["project"]["id"] for i in shown} == {s["id"] for kind, s in states if kind == "project"}
        for item in shown:
            [project] = [s for kind, s in states if s["id"] == item["project"]["id"]]
            assert (item["stage"], item["project"]["name"]) == (project["stage"], project["name"])
            if project["planned_cost"]:
                assert item["cost"]["planned"] == project["planned_cost"]
            forecasts = [s for kind, s in states if kind == "forecast" and s["project_id"] == project["id"]]
            if not forecasts and project["planned_cost"]:
                assert item["cost"]["forecast"] == project["forecast_cost"]


async def test_the_counts_of_a_portfolio_agree_with_its_projects(listener: Told) -> None:
    """The database counts by health, the items are judged in Python: both by the same limits."""
    await listener.hear(listener.records)
    seen = set()
    for after in range(0, LENGTH + 1, 15):
        dashboards = await listener.dashboards(FIRST + timedelta(days=after))
        items = dashboards[DASHBOARDS[0]]["items"]
        overview = dashboards["portfolios"]
        counted = dict.fromkeys(("green", "amber", "red"), 0)
        for item in items:
            counted[item["health"]["overall"]] += 1
        assert overview["total"]["counts"]["by_health"] == counted
        assert overview["total"]["counts"]["projects"] == len(items)
        seen |= {health for health, n in counted.items() if n}
        for one in overview["items"]:
            own = [i for i in items if i["portfolio"] and (one["portfolio"]["parent_id"] is None
                   or i["portfolio"]["id"] == one["portfolio"]["id"])]  # fmt: skip
            assert one["counts"]["projects"] == len(own)
            assert one["counts"]["by_health"]["red"] == sum(i["health"]["overall"] == "red" for i in own)
    assert seen == {"green", "amber", "red"}

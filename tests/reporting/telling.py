"""A story of projects as any organisation could live it, told over REST on days of the past, from a seed."""

from datetime import date, timedelta
from random import Random
from typing import Any

import httpx

from tests.conftest import Portolan

FIRST = date(2025, 1, 6)
LENGTH = 120


class Story:
    """Every write is dated; the days of one story go forward, as those of an aggregate must."""

    def __init__(self, portolan: Portolan, seed: int) -> None:
        self.portolan = portolan
        self.client: httpx.AsyncClient = portolan("service")
        self.random = Random(seed)
        self.projects: list[str] = []
        self.portfolios: list[str] = []
        self.things: list[tuple[str, str, dict[str, Any]]] = []

    async def tell(self, steps: int = 60) -> None:
        await self._portfolios()
        for step in range(steps):
            day = FIRST + timedelta(days=step * LENGTH // steps)
            tell = self.random.choice(
                [self._project, self._project_again, self._thing, self._thing, self._thing_again]
            )
            await tell(day)
        await self.portolan.settled()

    async def put(self, collection: str, key: str, day: date, **members: Any) -> str:
        url, headers = f"/{collection}/by-ref/story/{key}", {"Portolan-Effective-At": day.isoformat()}
        answer = await self.client.put(url, json=members, headers=headers)
        assert answer.status_code in (200, 201), answer.text
        return str(answer.json()["id"])

    def money(self, most: int, currency: str = "CHF") -> dict[str, str]:
        return {
            "amount": f"{self.random.randrange(most)}.{self.random.randrange(100):02}",
            "currency": currency,
        }

    async def _portfolios(self) -> None:
        strict = {"cost_amber_pct": 1, "cost_red_pct": 2.5, "time_amber_days": 1, "time_red_days": 9}
        parent = await self.put("projects/v1/portfolios", "0", FIRST, name="All")
        child = await self.put(
            "projects/v1/portfolios", "1", FIRST, name="Strict", parent_id=parent, thresholds=strict
        )
        self.portfolios = [parent, child]

    def _members(self) -> dict[str, Any]:
        pick = self.random
        finish = FIRST + timedelta(days=pick.randrange(30, 300))
        dates = {"planned_start_on": FIRST.isoformat(), "planned_finish_on": finish.isoformat()}
        late = (finish + timedelta(days=pick.choice([-5, 0, 29, 30, 31, 90, 120]))).isoformat()
        currency = pick.choice(["CHF", "CHF", "CHF", "EUR"])
        return {
            "name": f"Project {pick.randrange(10**6)}",
            "portfolio_id": pick.choice([None, *self.portfolios]),
            "stage": pick.choice(["proposed", "approved", "active", "active", "on_hold", "closed"]),
            "planned_cost": pick.choice([None, self.money(1000, currency)]),
            "forecast_cost": pick.choice([None, self.money(1000, currency)]),
            "forecast_finish_on": pick.choice([None, late]),
            "forecast_start_on": pick.choice([None, None, (FIRST + timedelta(days=20)).isoformat()]),
            "actual_start_on": pick.choice([None, None, FIRST.isoformat()]),
            **pick.choice([{}, dates, dates]),
        }

    async def _project(self, day: date) -> None:
        key = str(len(self.projects))
        self.projects.append(await self.put("projects/v1/projects", key, day, **self._members()))
        await self.portolan.settled()

    async def _project_again(self, day: date) -> None:
        if self.projects:
            key = str(self.random.randrange(len(self.projects)))
            await self.put("projects/v1/projects", key, day, **self._members())

    def _content(self, collection: str) -> dict[str, Any]:
        if collection == "finance/v1/budget-lines":
            years = {
                "fiscal_year": self.random.choice([2025, 2026]),
                "nature": self.random.choice(["capex", "opex"]),
            }
            return years | {"amount": self.money(500), "state": self.random.choice(["draft", "approved"])}
        return {"forecast_on": FIRST.isoformat(), "at_completion": self.money(900)}

    async def _thing(self, day: date) -> None:
        if self.projects:
            collection = self.random.choice(["finance/v1/budget-lines", "finance/v1/forecasts"])
            owner = {"project_id": self.random.choice(self.projects)}
            self.things.append((collection, str(len(self.things)), owner))
            await self._put_thing(self.things[-1], day)

    async def _thing_again(self, day: date) -> None:
        if self.things:
            await self._put_thing(self.random.choice(self.things), day)

    async def _put_thing(self, thing: tuple[str, str, dict[str, Any]], day: date) -> None:
        collection, key, owner = thing
        await self.put(collection, key, day, **owner, **self._content(collection))

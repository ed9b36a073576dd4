"""Random histories of projects told over REST, and what the rules alone say of each day."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction
from random import Random
from typing import Any
from uuid import uuid4

from tests.conftest import Portolan
from tests.finance.conftest import chf

FIRST = date(2026, 1, 5)
DAYS = 60


async def put(portolan: Portolan, path: str, on: str, **body: Any) -> dict[str, Any]:
    answer = await portolan("service").put(f"/{path}", json=body, headers={"Portolan-Effective-At": on})
    assert answer.is_success, answer.text
    return dict(answer.json())


@dataclass
class Package:
    """As the test tells it: (day, budget, first day, last day, per cent, archived) of each version."""

    path: str
    id: str = ""
    versions: list[tuple[date, int | None, date, date, int, bool]] = field(default_factory=list)


@dataclass
class History:
    """A project whose facts are told in no order but that of each of them."""

    portolan: Portolan
    key: str
    random: Random
    id: str = ""
    approved_on: date | None = None
    packages: list[Package] = field(default_factory=list)
    costs: list[tuple[date, date, int, date | None]] = field(default_factory=list)
    """(effective, posted, amount in minor units, archived)."""

    async def begin(self) -> None:
        await self._project("proposed", FIRST)

    async def _project(self, stage: str, on: date) -> None:
        body = {"name": self.key, "stage": stage, "planned_cost": chf("1.00")}
        path = f"projects/v1/projects/by-ref/h/{self.key}"
        self.id = (await put(self.portolan, path, on.isoformat(), **body))["id"]

    def _day(self, since: date = FIRST) -> date:
        return since + timedelta(days=self.random.randrange(0, DAYS - (since - FIRST).days))

    async def step(self) -> None:
        steps: list[Callable[[], Awaitable[None]]] = [self._plan, self._plan, self._progress, self._archive]
        if self.approved_on is None:
            steps += [self._approve]
        else:
            steps += [self._cost, self._cost]
        await self.random.choice(steps)()

    async def _approve(self) -> None:
        self.approved_on = self._day()
        await self._project("active", self.approved_on)
        await self.portolan.settled()

    async def _plan(self) -> None:
        if len(self.packages) < 3 or self.random.random() < 0.3:
            path = f"projects/v1/work-packages/by-ref/h/{self.key}.{len(self.packages)}"
            package, wbs, since, percent = Package(path), len(self.packages) + 1, FIRST, 0
            self.packages.append(package)
        else:
            package = self.random.choice(self.packages)
            wbs = self.packages.index(package) + 1
            since, *_, percent, archived = package.versions[-1]
            if archived:
                return
        on, first = self._day(since), self._day()
        last = first + timedelta(days=self.random.randrange(1, 90))
        budget = self.random.choice([None, 100, 33_333, self.random.randrange(10**7)])
        body = {"project_id": self.id, "wbs": str(wbs), "name": "Part", "budget": budget and money(budget)}
        dates = {"planned_start_on": first.isoformat(), "planned_finish_on": last.isoformat()}
        package.id = (await put(self.portolan, package.path, on.isoformat(), **body, **dates))["id"]
        package.versions.append((on, budget, first, last, percent, False))

    async def _progress(self) -> None:
        percent = self.random.choice([0, 7, 50, 100])
        await self._again(
            lambda v: (*v[1:4], percent, False), "report-progress", {"percent_complete": percent}
        )

    async def _archive(self) -> None:
        await self._again(lambda v: (*v[1:5], True), None, None)

    async def _again(self, change: Callable[[Any], Any], verb: str | None, body: Any) -> None:
        alive = [p for p in self.packages if not p.versions[-1][-1]]
        if not alive:
            return
        package = self.random.choice(alive)
        on, client = self._day(package.versions[-1][0]), self.portolan("service")
        url = f"/projects/v1/work-packages/{package.id}"
        etag = (await client.get(url)).headers["etag"]
        headers = {"If-Match": etag, "Portolan-Effective-At": on.isoformat()}
        if verb:
            answer = await client.post(f"{url}/{verb}", json=body, headers=headers)
        else:
            answer = await client.delete(url, headers=headers)
        assert answer.is_success, answer.text
        package.versions.append((on, *change(package.versions[-1])))

    async def _cost(self) -> None:
        on, posted, amount = self._day(), self._day(), self.random.randrange(1, 10**6)
        body = {"project_id": self.id, "posted_on": posted.isoformat(), "amount": money(amount)}
        headers = {"Portolan-Effective-At": on.isoformat(), "Idempotency-Key": uuid4().hex}
        client = self.portolan("service")
        made = await client.post("/finance/v1/actual-costs", json=body, headers=headers)
        assert made.status_code == 201, made.text
        archived = None
        if self.random.random() < 0.3:
            archived = self._day(on)
            headers = {"If-Match": '"1"', "Portolan-Effective-At": archived.isoformat()}
            gone = await client.delete(f"/finance/v1/actual-costs/{made.json()['id']}", headers=headers)
            assert gone.status_code == 204, gone.text
        self.costs.append((on, posted, amount, archived))

    def expected(self, day: date) -> dict[str, Any]:
        """From all versions, by the rules alone."""
        bac = ev = current = packages = differing = 0
        pv = Fraction(0)
        for package in self.packages:
            counted, live, percent = self._counted(package, day)
            current += live[0] if live else 0
            if counted is not None:
                budget, first, last = counted
                length = (last - first).days + 1
                pv += Fraction(budget * min(max((day - first).days + 1, 0), length), length)
                bac, ev, packages = bac + budget, ev + round(Fraction(budget * percent, 100)), packages + 1
                differing += counted != live
        ac = sum(
            amount * ((max(on, posted) <= day) - (gone is not None and max(gone, posted) <= day))
            for on, posted, amount, gone in self.costs
        )
        return {
            "bac": bac, "ev": ev, "ac": ac, "current": current, "pv": pv, "packages": packages,
            "differs": differing > 0,
        }  # fmt: skip

    def _counted(self, package: Package, day: date) -> tuple[Any, Any, int]:
        """(what is counted, what is planned, per cent) by the end of a day."""
        versions = [v for v in package.versions if v[0] <= day]
        if not versions:
            return None, None, 0
        plans = [(v[0], None if v[5] or v[1] is None else v[1:4]) for v in versions]
        live, percent, archived = plans[-1][1], versions[-1][4], versions[-1][5]
        if self.approved_on is None or day < self.approved_on:
            return live, live, percent
        approved = [plan for on, plan in plans if on <= self.approved_on]
        if approved and approved[-1] is not None:
            return approved[-1], live, percent
        first = next((plan for on, plan in plans if on > self.approved_on and plan is not None), None)
        return (None if archived else first), live, percent


def money(minor: int) -> dict[str, str]:
    return chf(f"{minor // 100}.{minor % 100:02}")


def minor(amount: dict[str, str] | None) -> int | None:
    return None if amount is None else int(amount["amount"].replace(".", ""))

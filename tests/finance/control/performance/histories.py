"""Random histories of projects told over REST, and what the rules alone say of each day."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction
from random import Random
from typing import Any
from uuid import uuid4

from tests.conftest import Portolan
from tests.support.given import chf

FIRST = date(2026, 1, 5)
DAYS = 60


async def put(portolan: Portolan, path: str, on: str, **body: Any) -> dict[str, Any]:
    answer = await portolan("service").put(f"/{path}", json=body, headers={"Portolan-Effective-At": on})
    assert answer.is_success, answer.text
    return dict(answer.json())


@dataclass
class Package:
    """As the test tells it: (day, budget, first day, last day, per cent, archived, currency) of each version."""

    path: str
    id: str = ""
    versions: list[tuple[date, int | None, date, date, int, bool, str]] = field(default_factory=list)


@dataclass
class History:
    """A project whose facts are told in no order but that of each of them."""

    portolan: Portolan
    key: str
    random: Random
    id: str = ""
    approved_on: date | None = None
    packages: list[Package] = field(default_factory=list)
    costs: list[tuple[date, date, int, date | None, date | None]] = field(default_factory=list)
    """(effective, posted, amount in minor units, archived, restored)."""
    portfolios: list[str] = field(default_factory=list)
    """Among which the project moves."""
    places: list[tuple[date, str | None, bool]] = field(default_factory=list)
    """(day, portfolio, archived) of each version of the project."""
    stage: str = "proposed"

    async def begin(self) -> None:
        await self._project(FIRST, None)

    async def _project(self, on: date, portfolio: str | None) -> None:
        body = {"name": self.key, "stage": self.stage, "planned_cost": chf("1.00"), "portfolio_id": portfolio}
        path = f"projects/v1/projects/by-ref/h/{self.key}"
        self.id = (await put(self.portolan, path, on.isoformat(), **body))["id"]
        self.places.append((on, portfolio, False))

    def _day(self, since: date = FIRST) -> date:
        return since + timedelta(days=self.random.randrange(0, DAYS - (since - FIRST).days))

    async def step(self) -> None:
        steps: list[Callable[[], Awaitable[None]]] = [
            self._plan, self._plan, self._progress, self._archive, self._restore, self._move, self._put_away,
        ]  # fmt: skip
        if self.approved_on is None:
            steps += [self._approve]
        else:
            steps += [self._cost, self._cost]
        await self.random.choice(steps)()

    async def _approve(self) -> None:
        self.approved_on = self._day(self.places[-1][0])
        self.stage = "active"
        await self._project(self.approved_on, self.places[-1][1])
        await self.portolan.settled()

    async def _move(self) -> None:
        portfolio = self.random.choice([None, *self.portfolios])
        if portfolio != self.places[-1][1]:
            await self._project(self._day(self.places[-1][0]), portfolio)

    async def _put_away(self) -> None:
        """Archived for a while: nothing is told of the project meanwhile."""
        url, portfolio = f"/projects/v1/projects/{self.id}", self.places[-1][1]
        for verb in ("", "/restore"):
            on = self._day(self.places[-1][0])
            await self._sent("POST" if verb else "DELETE", url, verb, on)
            self.places.append((on, portfolio, not verb))
        await self.portolan.settled()

    async def _sent(self, method: str, url: str, verb: str, on: date, body: Any = None) -> None:
        client = self.portolan("service")
        etag = (await client.get(url)).headers["etag"]
        headers = {"If-Match": etag, "Portolan-Effective-At": on.isoformat()}
        answer = await client.request(method, f"{url}{verb}", json=body, headers=headers)
        assert answer.is_success, answer.text

    async def _plan(self) -> None:
        if len(self.packages) < 3 or self.random.random() < 0.3:
            path = f"projects/v1/work-packages/by-ref/h/{self.key}.{len(self.packages)}"
            package, wbs, since, percent = Package(path), len(self.packages) + 1, FIRST, 0
            currency = "EUR" if self.random.random() < 0.1 else "CHF"
            self.packages.append(package)
        else:
            package = self.random.choice(self.packages)
            wbs = self.packages.index(package) + 1
            since, *_, percent, archived, currency = package.versions[-1]
            if archived:
                return
            if currency == "EUR" and self.random.random() < 0.7:
                currency = "CHF"  # else few days of a history could be told
        on, first = self._day(since), self._day()
        last = first + timedelta(days=self.random.randrange(1, 90))
        budget = self.random.choice([None, 100, 33_333, self.random.randrange(10**7)])
        body = {
            "project_id": self.id,
            "wbs": str(wbs),
            "name": "Part",
            "budget": budget and money(budget, currency),
        }
        dates = {"planned_start_on": first.isoformat(), "planned_finish_on": last.isoformat()}
        package.id = (await put(self.portolan, package.path, on.isoformat(), **body, **dates))["id"]
        package.versions.append((on, budget, first, last, percent, False, currency))

    async def _progress(self) -> None:
        percent = self.random.choice([0, 7, 50, 100])
        body = {"percent_complete": percent}
        await self._again(lambda v: (*v[1:4], percent, *v[5:]), "POST", "/report-progress", body)

    async def _archive(self) -> None:
        await self._again(lambda v: (*v[1:5], True, v[6]), "DELETE")

    async def _restore(self) -> None:
        await self._again(lambda v: (*v[1:5], False, v[6]), "POST", "/restore", archived=True)

    async def _again(
        self,
        change: Callable[[Any], Any],
        method: str,
        verb: str = "",
        body: Any = None,
        archived: bool = False,
    ) -> None:
        those = [p for p in self.packages if p.versions[-1][5] is archived]
        if not those:
            return
        package = self.random.choice(those)
        on = self._day(package.versions[-1][0])
        await self._sent(method, f"/projects/v1/work-packages/{package.id}", verb, on, body)
        package.versions.append((on, *change(package.versions[-1])))

    async def _cost(self) -> None:
        on, posted, amount = self._day(), self._day(), self.random.randrange(1, 10**6)
        body = {"project_id": self.id, "posted_on": posted.isoformat(), "amount": money(amount)}
        headers = {"Portolan-Effective-At": on.isoformat(), "Idempotency-Key": uuid4().hex}
        client = self.portolan("service")
        response = await client.post("/finance/v1/actual-costs", json=body, headers=headers)
        assert response.status_code == 201, response.text
        archived = restored = None
        url = f"/finance/v1/actual-costs/{response.json()['id']}"
        if self.random.random() < 0.4:
            archived = self._day(on)
            await self._sent("DELETE", url, "", archived)
            if self.random.random() < 0.5:
                restored = self._day(archived)
                await self._sent("POST", url, "/restore", restored)
        self.costs.append((on, posted, amount, archived, restored))

    def portfolio_on(self, day: date) -> tuple[str | None, bool]:
        """Where the project stands by the end of the day, and whether it is archived."""
        return [(portfolio, archived) for on, portfolio, archived in self.places if on <= day][-1]

    def expected(self, day: date) -> dict[str, Any]:
        """From all versions, by the rules alone. `foreign`: work in a currency that there is no rate of."""

        def counts(on: date | None, posted: date) -> bool:
            return on is not None and max(on, posted) <= day

        ac = sum(
            amount * (counts(on, posted) - counts(gone, posted) + counts(back, posted))
            for on, posted, amount, gone, back in self.costs
        )
        packages = [self._counted(package, day) for package in self.packages]
        currency = self._currency(packages, ac, day)
        bac = ev = current = differing = 0
        pv = Fraction(0)
        for counted, live, percent in packages:
            current += live[0] if live else 0
            if counted is not None:
                budget, first, last, _ = counted
                length = (last - first).days + 1
                pv += Fraction(budget * min(max((day - first).days + 1, 0), length), length)
                bac, ev = bac + budget, ev + round(Fraction(budget * percent, 100))
                differing += counted != live
        return {
            "bac": bac, "ev": ev, "ac": ac, "pv": pv, "differs": differing > 0, "currency": currency,
            "current": None if any(live and live[3] != currency for _, live, _ in packages) else current,
            "packages": sum(counted is not None for counted, _, _ in packages),
            "foreign": sum(counted is not None and counted[3] != currency for counted, _, _ in packages),
        }  # fmt: skip

    def _currency(self, packages: list[tuple[Any, Any, int]], ac: int, day: date) -> str:
        """That of the budget and of its costs, which are in francs; before there are any, that of the work."""
        if ac or (self.approved_on is not None and self.approved_on <= day):
            return "CHF"
        return min((counted[3] for counted, _, _ in packages if counted is not None), default="CHF")

    def _counted(self, package: Package, day: date) -> tuple[Any, Any, int]:
        """(what is counted, what is planned, per cent) by the end of a day: without a baseline the first two are the same."""
        versions = [v for v in package.versions if v[0] <= day]
        if not versions:
            return None, None, 0
        plans = [(v[0], None if v[5] or v[1] is None else (*v[1:4], v[6])) for v in versions]
        live, percent = plans[-1][1], versions[-1][4]
        return live, live, percent


def money(minor: int, currency: str = "CHF") -> dict[str, str]:
    return chf(f"{minor // 100}.{minor % 100:02}") | {"currency": currency}


def minor(amount: dict[str, str] | None) -> int | None:
    return None if amount is None else int(amount["amount"].replace(".", ""))

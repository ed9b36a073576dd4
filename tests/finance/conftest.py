"""Projects with their work and money, made over REST."""

from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.conftest import Portolan


def money(amount: str, currency: str) -> dict[str, str]:
    return {"amount": amount, "currency": currency}


def chf(amount: str) -> dict[str, str]:
    return money(amount, "CHF")


class Desk:
    """What the tests of finance arrange with; what makes or moves something asserts that it was granted."""

    def __init__(self, portolan: Portolan) -> None:
        self.portolan = portolan
        self.client: httpx.AsyncClient = portolan("director")

    async def make(self, collection: str, **members: Any) -> dict[str, Any]:
        response = await self.client.post(f"/{collection}", json=members)
        assert response.status_code == 201, response.text
        return dict(response.json())

    async def project(
        self, *moves: str, planned: str | None = "100.00", currency: str = "CHF"
    ) -> dict[str, Any]:
        dates = {"planned_start_on": "2026-01-01", "planned_finish_on": "2026-12-31"}
        cost = {"planned_cost": money(planned, currency)} if planned else {}
        project = await self.make("projects/v1/projects", name="New ERP", **dates, **cost)
        for verb in moves:
            project = await self.move("projects/v1/projects", project, verb)
        await self.portolan.settled()
        return project

    async def move(self, collection: str, thing: dict[str, Any], verb: str, **body: Any) -> dict[str, Any]:
        moved = await self.act(collection, thing, verb, **body)
        assert moved.status_code == 200, moved.text
        await self.portolan.settled()
        return dict(moved.json())

    async def act(self, collection: str, thing: dict[str, Any], verb: str, **body: Any) -> httpx.Response:
        headers = {"If-Match": f'"{thing["version"]}"'}
        return await self.client.post(f"/{collection}/{thing['id']}/{verb}", json=body, headers=headers)

    async def revise(self, collection: str, thing: dict[str, Any], **patch: Any) -> httpx.Response:
        headers = {"If-Match": f'"{thing["version"]}"', "Content-Type": "application/merge-patch+json"}
        answer = await self.client.patch(f"/{collection}/{thing['id']}", json=patch, headers=headers)
        await self.portolan.settled()
        return answer

    async def package(
        self, project: dict[str, Any], wbs: str, budget: str, currency: str = "CHF", **members: Any
    ) -> dict[str, Any]:
        body = {
            "project_id": project["id"],
            "wbs": wbs,
            "name": f"Part {wbs}",
            "budget": money(budget, currency),
        }
        created = await self.make("projects/v1/work-packages", **(body | members))
        await self.portolan.settled()
        return created

    async def progress(self, package: dict[str, Any], percent: int) -> dict[str, Any]:
        return await self.move(
            "projects/v1/work-packages", package, "report-progress", percent_complete=percent
        )

    async def post(
        self, project: dict[str, Any], amount: str, currency: str = "CHF", **members: Any
    ) -> httpx.Response:
        body = {"project_id": project["id"], "posted_on": "2026-03-31", "amount": money(amount, currency)}
        key = {"Idempotency-Key": uuid4().hex}
        return await self.client.post("/finance/v1/actual-costs", json=body | members, headers=key)

    async def dead_letters(self) -> int:
        """Events that finance and reporting could not fold."""
        stores = [self.portolan.running.services[name].kernel.store for name in ("finance", "reporting")]
        counts = [(await store.fetch("SELECT COUNT(*) FROM dead_letter"))[0][0] for store in stores]
        return sum(counts)

    async def read(self, path: str) -> dict[str, Any]:
        await self.portolan.settled()
        answer = await self.client.get(path)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def the(self, collection: str) -> dict[str, Any]:
        """The only one there is."""
        (one,) = (await self.read(f"/finance/v1/{collection}"))["items"]
        return dict(one)

    async def earned_value(self, project: dict[str, Any], **query: str) -> dict[str, Any]:
        await self.portolan.settled()
        answer = await self.client.get(f"/finance/v1/projects/{project['id']}/earned-value", params=query)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def facts(self, kind: str) -> list[str]:
        await self.portolan.settled()
        store = self.portolan.running.services["finance"].kernel.store
        rows = await store.fetch(
            "SELECT type FROM outbox WHERE aggregate_type = ? ORDER BY position", (kind,)
        )
        return [row[0].split(".")[-2] for row in rows]


@pytest.fixture
def desk(portolan: Portolan) -> Desk:
    return Desk(portolan)


@pytest.fixture
def desk_everywhere(everywhere: Portolan) -> Desk:
    """Once on SQLite, once on PostgreSQL."""
    return Desk(everywhere)

"""Projects, persons and allocations, made over REST."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from services.resources.service import SERVICE as RESOURCES
from shared.runtime.running import opened

YEAR = {"starts_on": "2026-01-01", "ends_on": "2026-12-31"}


class Bookings:
    """What the tests of allocations arrange with; every call asserts that it was granted."""

    def __init__(self, portolan: Any) -> None:
        self.portolan = portolan
        self.client: httpx.AsyncClient = portolan("director")

    async def project(self) -> dict[str, Any]:
        planned = {"planned_start_on": "2026-01-01", "planned_finish_on": "2026-12-31"}
        response = await self.client.post("/projects/v1/projects", json={"name": "New ERP", **planned})
        assert response.status_code == 201, response.text
        await self.portolan.settled()
        return response.json()  # type: ignore[no-any-return]

    async def move(self, project: dict[str, Any], verb: str) -> dict[str, Any]:
        moved = await self.client.post(
            f"/projects/v1/projects/{project['id']}/{verb}", headers={"If-Match": f'"{project["version"]}"'}
        )
        assert moved.status_code == 200, moved.text
        await self.portolan.settled()
        return moved.json()  # type: ignore[no-any-return]

    async def person(self, name: str = "Ada Lovelace") -> str:
        response = await self.client.post("/resources/v1/persons", json={"name": name})
        assert response.status_code == 201, response.text
        return str(response.json()["id"])

    async def ask(self, person: str, project: str, percent: int, **members: Any) -> httpx.Response:
        body = {"person_id": person, "project_id": project, "percent": percent, **YEAR, **members}
        return await self.client.post("/resources/v1/allocations", json=body)

    async def book(self, person: str, project: str, percent: int, **members: Any) -> dict[str, Any]:
        created = await self.ask(person, project, percent, **members)
        assert created.status_code == 201, created.text
        return created.json()  # type: ignore[no-any-return]

    async def act(self, allocation: dict[str, Any], verb: str, **sent: Any) -> httpx.Response:
        headers = {"If-Match": f'"{allocation["version"]}"'} | sent.pop("headers", {})
        return await self.client.post(
            f"/resources/v1/allocations/{allocation['id']}/{verb}", headers=headers, **sent
        )

    async def revise(self, allocation: dict[str, Any], **members: Any) -> httpx.Response:
        headers = {"If-Match": f'"{allocation["version"]}"', "Content-Type": "application/merge-patch+json"}
        url = f"/resources/v1/allocations/{allocation['id']}"
        return await self.client.patch(url, json=members, headers=headers)

    async def read(self, allocation: dict[str, Any]) -> dict[str, Any]:
        answer = await self.client.get(f"/resources/v1/allocations/{allocation['id']}")
        return answer.json()  # type: ignore[no-any-return]


@pytest.fixture
def bookings(portolan: Any) -> Bookings:
    return Bookings(portolan)


@pytest.fixture
def bookings_everywhere(everywhere: Any) -> Bookings:
    """Once on SQLite, once on PostgreSQL."""
    return Bookings(everywhere)


@pytest.fixture
async def second_replica(bookings_everywhere: Bookings) -> AsyncIterator[httpx.AsyncClient]:
    """The resources service once more, on the same database."""
    running = bookings_everywhere.portolan.running
    headers = dict(bookings_everywhere.client.headers)
    async with (
        opened(RESOURCES, running.settings, running.tokens) as one,
        httpx.AsyncClient(
            transport=httpx.ASGITransport(one.app), base_url="http://again", headers=headers
        ) as client,
    ):
        yield client

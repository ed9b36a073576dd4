"""Projects and risks, made over REST."""

from typing import Any

import httpx
import pytest


class Desk:
    """What the tests of risks arrange with; every call asserts that it was granted."""

    def __init__(self, portolan: Any) -> None:
        self.portolan = portolan
        self.client: httpx.AsyncClient = portolan("director")

    async def project(self, *moves: str) -> dict[str, Any]:
        planned = {"planned_start_on": "2026-01-01", "planned_finish_on": "2026-12-31"}
        answer = await self.client.post("/projects/v1/projects", json={"name": "New ERP", **planned})
        assert answer.status_code == 201, answer.text
        project = answer.json()
        for verb in moves:
            project = await self.move(project, verb)
        await self.portolan.settled()
        return project  # type: ignore[no-any-return]

    async def move(self, project: dict[str, Any], verb: str) -> dict[str, Any]:
        moved = await self.client.post(
            f"/projects/v1/projects/{project['id']}/{verb}", headers={"If-Match": f'"{project["version"]}"'}
        )
        assert moved.status_code == 200, moved.text
        await self.portolan.settled()
        return moved.json()  # type: ignore[no-any-return]

    async def risk(self, project: str, **members: Any) -> dict[str, Any]:
        body = {"project_id": project, "title": "The vendor fails", **members}
        answer = await self.client.post("/risk/v1/risks", json=body)
        assert answer.status_code == 201, answer.text
        return answer.json()  # type: ignore[no-any-return]

    async def act(self, risk: dict[str, Any], verb: str, **body: Any) -> httpx.Response:
        headers = {"If-Match": f'"{risk["version"]}"'}
        return await self.client.post(f"/risk/v1/risks/{risk['id']}/{verb}", json=body, headers=headers)

    async def registers(self) -> list[dict[str, Any]]:
        return (await self.client.get("/risk/v1/registers")).json()["items"]  # type: ignore[no-any-return]

    async def facts(self, kind: str) -> list[str]:
        store = self.portolan.running.services["risk"].kernel.store
        rows = await store.fetch(
            "SELECT type FROM outbox WHERE aggregate_type = ? ORDER BY position", (kind,)
        )
        return [row[0].split(".")[-2] for row in rows]


@pytest.fixture
def desk(portolan: Any) -> Desk:
    return Desk(portolan)


@pytest.fixture
def desk_everywhere(everywhere: Any) -> Desk:
    """Once on SQLite, once on PostgreSQL."""
    return Desk(everywhere)

"""The projects service alone, on each database, and what its tests send."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from services.projects.service import SERVICE
from shared.base.settings import Settings
from shared.runtime.running import Opened
from tests.conftest import Callers, running_service

PROJECTS = "/projects/v1/projects"
PATCH = "application/merge-patch+json"


class Projects:
    """The running service, and a director who calls it."""

    def __init__(self, one: Opened, callers: Callers) -> None:
        self.one = one
        self.callers = callers
        self.store = one.kernel.store
        self.client: httpx.AsyncClient = callers("director")

    async def make(self, **members: Any) -> dict[str, Any]:
        answer = await self.client.post(PROJECTS, json={"name": "New ERP"} | members)
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    async def revise(self, project: dict[str, Any], **members: Any) -> httpx.Response:
        headers = {"If-Match": f'"{project["version"]}"', "Content-Type": PATCH}
        return await self.client.patch(f"{PROJECTS}/{project['id']}", json=members, headers=headers)

    async def read(self, project: dict[str, Any]) -> dict[str, Any]:
        return dict((await self.client.get(f"{PROJECTS}/{project['id']}")).json())

    async def count(self, table: str) -> int:
        return int((await self.store.fetch(f"SELECT COUNT(*) FROM {table}"))[0][0])


@pytest.fixture
async def projects(tmp_path: Path) -> AsyncIterator[Projects]:
    async with running_service(SERVICE, Settings(data=tmp_path)) as (one, callers):
        yield Projects(one, callers)


@pytest.fixture
async def projects_everywhere(tmp_path: Path, database_url: str) -> AsyncIterator[Projects]:
    """Once on SQLite, once on PostgreSQL."""
    async with running_service(SERVICE, Settings(data=tmp_path, database_url=database_url)) as (one, callers):
        yield Projects(one, callers)

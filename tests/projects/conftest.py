"""Portfolios, projects and their work packages, made over REST."""

from typing import Any

import httpx
import pytest

from tests.conftest import Portolan


class House:
    """What the tests of projects arrange with: `make` asserts that it was granted, the others answer."""

    def __init__(self, portolan: Portolan) -> None:
        self.portolan = portolan
        self.client: httpx.AsyncClient = portolan("director")

    async def make(self, collection: str, **members: Any) -> dict[str, Any]:
        created = await self.create(collection, **members)
        assert created.status_code == 201, created.text
        return dict(created.json())

    async def create(self, collection: str, **members: Any) -> httpx.Response:
        return await self.client.post(f"/projects/v1/{collection}", json=members)

    async def read(self, collection: str, thing: dict[str, Any]) -> dict[str, Any]:
        return dict((await self.client.get(f"/projects/v1/{collection}/{thing['id']}")).json())

    async def revise(self, collection: str, thing: dict[str, Any], **patch: Any) -> httpx.Response:
        headers = await self._match(collection, thing)
        headers["Content-Type"] = "application/merge-patch+json"
        return await self.client.patch(
            f"/projects/v1/{collection}/{thing['id']}", json=patch, headers=headers
        )

    async def archive(self, collection: str, thing: dict[str, Any]) -> httpx.Response:
        headers = await self._match(collection, thing)
        return await self.client.delete(f"/projects/v1/{collection}/{thing['id']}", headers=headers)

    async def act(self, collection: str, thing: dict[str, Any], verb: str, **body: Any) -> httpx.Response:
        headers = await self._match(collection, thing)
        url = f"/projects/v1/{collection}/{thing['id']}/{verb}"
        return await self.client.post(url, json=body, headers=headers)

    async def _match(self, collection: str, thing: dict[str, Any]) -> dict[str, str]:
        return {"If-Match": f'"{(await self.read(collection, thing))["version"]}"'}


@pytest.fixture
def house(portolan: Portolan) -> House:
    return House(portolan)


@pytest.fixture
def house_everywhere(everywhere: Portolan) -> House:
    """Once on SQLite, once on PostgreSQL."""
    return House(everywhere)

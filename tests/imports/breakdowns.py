"""Projects brought in with their breakdown, through the public API of a running Portolan, and looked at afterwards."""

from typing import Any

import httpx

from services.imports.breakdown import importing
from services.imports.breakdown.drafts import Drafts
from services.imports.undoing import Result, undo
from tests.conftest import Portolan


def client_of(portolan: Portolan) -> httpx.AsyncClient:
    headers = {"Authorization": f"Bearer {portolan.token('service')}"}
    transport = httpx.ASGITransport(portolan.running)
    return httpx.AsyncClient(transport=transport, base_url="http://portolan", headers=headers)


async def brought_in(portolan: Portolan, drafts: Drafts, *, validate_only: bool = False) -> dict[str, Any]:
    """The summary of an import."""
    async with client_of(portolan) as client:
        summary = await importing.run(
            client, drafts, validate_only=validate_only, progress=lambda stage, done: None
        )
    await portolan.settled()
    return summary


async def recorded(portolan: Portolan, drafts: Drafts) -> str:
    """The id of the record of an import."""
    async with client_of(portolan) as client:
        summary = await importing.run_recorded(client, drafts, "plans", progress=lambda stage, done: None)
    await portolan.settled()
    return str(summary["import"])


async def taken_back(portolan: Portolan, id: str) -> Result:
    """What became of an import when it was undone."""
    async with client_of(portolan) as client:
        result = await undo(client, id)
    await portolan.settled()
    return result


async def items(portolan: Portolan, collection: str, **query: str) -> list[dict[str, Any]]:
    answer = await portolan("director").get(f"/{collection}", params={"limit": "200", **query})
    assert answer.status_code == 200, answer.text
    listed: list[dict[str, Any]] = answer.json()["items"]
    return listed


async def packages(portolan: Portolan) -> dict[str, dict[str, Any]]:
    """Every work package by its code."""
    return {one["wbs"]: one for one in await items(portolan, "projects/v1/work-packages")}


async def events(portolan: Portolan) -> int:
    """How many events all services have published."""
    total = 0
    for one in portolan.running.services.values():
        total += (await one.kernel.store.fetch("SELECT last FROM counter"))[0][0]
    return total


def codes(drafts: Drafts) -> dict[str, int]:
    return drafts.findings.counts()

"""What exports are tested with: the sample portfolio, with a document and what is restricted."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from shutil import copytree
from typing import Any

import httpx
import pytest

from services.cli.plans import mspdi_of
from services.exports.exporting import Wishes, export
from services.imports.findings import Findings
from services.imports.history import HistoryReader
from shared.base.settings import Settings
from tests.conftest import Portolan, running_portolan


@pytest.fixture
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("export") / "out"


async def exported(client: httpx.AsyncClient, folder: Path, **wishes: Any) -> dict[str, Any]:
    return await export(client, folder, Wishes(**{"plan": mspdi_of, **wishes}))


async def with_a_document(portolan: Portolan, project: dict[str, Any], content: bytes) -> dict[str, Any]:
    """A document about a project, with one version."""
    client = portolan()
    sent = await client.post(
        "/projects/v1/files?name=minutes.txt",
        content=content,
        headers={"Content-Type": "application/octet-stream"},
    )
    assert sent.status_code == 201, sent.text
    subject = {"kind": "project", "id": project["id"]}
    document = await client.post("/projects/v1/documents", json={"title": "Minutes", "subject": subject})
    assert document.status_code == 201, document.text
    added = await client.post(
        f"/projects/v1/documents/{document.json()['id']}/add-version",
        json={"sha256": sent.json()["sha256"]},
        headers={"If-Match": '"1"'},
    )
    assert added.status_code == 200, added.text
    return dict(added.json())


@asynccontextmanager
async def _empty(data: Path, database_url: str, fresh_stores: Path) -> AsyncIterator[Portolan]:
    if not database_url:
        copytree(fresh_stores, data, dirs_exist_ok=True)
    async with running_portolan(Settings(data=data, database_url=database_url)) as system:
        yield system


@pytest.fixture
async def empty(tmp_path_factory: pytest.TempPathFactory, fresh_stores: Path) -> AsyncIterator[Portolan]:
    """Another instance, with nothing in it."""
    async with _empty(tmp_path_factory.mktemp("empty"), "", fresh_stores) as system:
        yield system


@pytest.fixture
async def empty_anywhere(
    tmp_path_factory: pytest.TempPathFactory, database_url: str, fresh_stores: Path
) -> AsyncIterator[Portolan]:
    """The same, once on SQLite and once on PostgreSQL."""
    async with _empty(tmp_path_factory.mktemp("empty"), database_url, fresh_stores) as system:
        yield system


async def read_into(target: Portolan, folder: Path, **options: Any) -> HistoryReader:
    """Read an exported folder into an instance, and wait until all is folded."""
    reader = HistoryReader(target("service"), folder, Findings(), **options)
    await reader.run()
    await target.settled()
    return reader


async def passed_on(source: Portolan, target: Portolan, folder: Path) -> None:
    """Everything of one instance into another one, without a finding."""
    await source.settled()
    await exported(source("service"), folder)
    reader = await read_into(target, folder)
    assert reader.findings.items == []

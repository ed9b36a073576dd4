"""All that one instance has, read into an empty stack of five processes and taken out of it again: the same bytes."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from services.cli.sample import load_sample
from services.exports.exporting import Wishes, export
from services.imports.findings import Findings
from services.imports.history import HistoryReader
from services.projects.methods.method.shipped import ids
from shared.http.auth.issuers import LocalIssuer
from tests.conftest import Portolan
from tests.exports.conftest import exported, with_a_document
from tests.support.given import Story
from tests.support.led import Led
from tests.system.running import StackProcess

OF_THE_INSTANCE = ("position", "recorded_at")
"""Members of a line that differ from instance to instance."""
SOON_S = 60.0


@asynccontextmanager
async def calling(stack: StackProcess) -> AsyncIterator[httpx.AsyncClient]:
    token = LocalIssuer(stack.data).issue("mover", "service", "portolan")
    headers = {"Authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(base_url=stack.url, headers=headers, timeout=60) as client:
        yield client


def contents(folder: Path) -> dict[str, Any]:
    """Each file that is read in: lines without what is of one instance, in the order of each record; other files by name."""
    files: dict[str, Any] = {path.name: path.read_bytes() for path in (folder / "files").glob("*")}
    for path in folder.glob("*/*.jsonl"):
        lines = [json.loads(line) for line in path.read_text().splitlines()]
        plain = [{name: v for name, v in line.items() if name not in OF_THE_INSTANCE} for line in lines]
        files[path.relative_to(folder).as_posix()] = sorted(
            plain, key=lambda one: (one["id"], one["version"])
        )
    return files


async def test_what_goes_into_an_empty_stack_comes_out_with_the_same_bytes(
    portolan: Portolan, stack: StackProcess, tmp_path: Path
) -> None:
    """Before anything else is written there: it is the first test of the stack."""
    await Led(portolan).shipped()
    await load_sample(portolan.running)
    await with_a_document(portolan, await Story(portolan).project(), b"We met.")
    await portolan.settled()
    manifest = await exported(portolan("service"), tmp_path / "first")
    async with calling(stack) as client:
        if (await client.get("/projects/v1/history-import")).json()["state"] != "empty":
            pytest.skip("something was written to the stack before; run this file alone")
        reader = HistoryReader(client, tmp_path / "first", Findings())
        coming = await reader.check()
        tallies = await reader.run()
        assert reader.findings.items == []
        assert {name: one.versions for name, one in coming.items()} == {
            name: tally.read_in + tally.there for name, tally in tallies.items()
        }
        there = {name: tally.there for name, tally in tallies.items() if tally.there}
        assert there == {"projects/methods": 2 * len(ids())}, "what every instance was shipped with"
        passed_on = await export(client, tmp_path / "second", Wishes())
        assert contents(tmp_path / "second") == contents(tmp_path / "first")
        assert passed_on["counts"] == manifest["counts"]
        await _expect_the_same_overview(client, portolan("service"))


async def _expect_the_same_overview(client: httpx.AsyncClient, source: httpx.AsyncClient) -> None:
    """Once reporting has heard of everything over Kafka."""
    path = "/reporting/v1/portfolios"
    expected = (await source.get(path)).json()["items"]
    async with asyncio.timeout(SOON_S):
        while (await client.get(path)).json()["items"] != expected:  # noqa: ASYNC110 another process folds
            await asyncio.sleep(0.2)

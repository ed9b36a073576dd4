"""A run of a schedule, and what follows from it, when the process is killed at each named point: nothing is lost or doubled."""

import asyncio
import multiprocessing
import signal
from pathlib import Path
from shutil import copytree
from typing import Any

import httpx
import pytest

from services.projects.service import SERVICE
from shared.base.settings import Settings
from shared.http.auth import Tokens
from shared.http.auth.issuers import LocalIssuer
from shared.runtime.operations import Runner
from shared.runtime.running import opened
from tests.projects.structure.schedule.kills import POINTS, run_until_killed
from tests.support.plans import network

LEASE_S = 1.0
WITHIN_S = 60.0


@pytest.mark.rule("projects.schedule.1", "projects.dependency.2")
@pytest.mark.parametrize("point", POINTS)
async def test_a_run_that_is_killed_is_taken_up_again(tmp_path: Path, fresh_stores: Path, point: str) -> None:
    copytree(fresh_stores, tmp_path / "data")
    settings = Settings(data=tmp_path / "data", operation_lease_s=LEASE_S)
    async with opened(SERVICE, settings, Tokens(settings)) as one:
        token = LocalIssuer(settings.data).issue("director", "director", "portolan")
        client = httpx.AsyncClient(
            transport=httpx.ASGITransport(app=one.app),
            base_url="http://127.0.0.1",
            headers={"Authorization": f"Bearer {token}"},
        )
        upstream, downstream = await _two_linked(client)
        await asyncio.to_thread(_killed, settings, point)
        runner = asyncio.create_task(Runner(SERVICE, one.kernel).run())
        try:
            async with asyncio.timeout(WITHIN_S):
                while await one.kernel.store.fetch("SELECT 1 FROM operation WHERE ended_at IS NULL"):  # noqa: ASYNC110 another task ends them
                    await asyncio.sleep(0.05)
        finally:
            runner.cancel()
            await asyncio.gather(runner, return_exceptions=True)
        cause = await _schedules(client, upstream)
        followed = await _schedules(client, downstream)
        assert (len(cause), len(followed)) == (1, 1)
        assert followed[0]["cause_id"] == cause[0]["id"]
        assert (await client.get(f"/projects/v1/schedules/{cause[0]['id']}/verify")).json()["intact"] is True
        facts = await one.kernel.store.fetch(
            "SELECT type FROM outbox WHERE aggregate_type = 'milestone' ORDER BY position"
        )
        assert [row[0].split(".")[-2] for row in facts] == ["created", "revised", "slipped"]
        project = (await client.get(f"/projects/v1/projects/{upstream}")).json()
        assert (project["forecast_finish_on"], project["version"]) == ("2026-06-04", 2)


async def _two_linked(client: httpx.AsyncClient) -> tuple[str, str]:
    """Two projects, of which the second waits for a milestone of the first; a run of the first is asked for."""
    ids = []
    for name in ("Upstream", "Downstream"):
        body = {"name": name, "planned_start_on": "2026-06-01", "forecast_from": "schedule"}
        ids.append((await client.post("/projects/v1/projects", json=body)).json()["id"])
    first, second = (f"/projects/v1/projects/{id}" for id in ids)
    rows = (await client.put(f"{first}/plan", json=network("A4 M0:A"))).json()["keys"]
    reached = next(row["id"] for row in rows if row["key"] == "M")
    body = {"project_id": ids[0], "name": "Pilot", "planned_on": "2026-06-01", "activity_id": reached}
    milestone = (await client.post("/projects/v1/milestones", json=body)).json()["id"]
    after: dict[str, Any] = {"activities": [{"key": "X", "name": "Train", "duration_minutes": 480}]}
    after["dependencies"] = [{"from_id": milestone, "to_key": "X"}]
    put = await client.put(f"{second}/plan", json=after)
    assert put.status_code == 200, put.text
    answer = await client.post(f"{first}/schedule", json={"data_date": "2026-06-01"})
    assert answer.status_code == 202, answer.text
    return ids[0], ids[1]


def _killed(settings: Settings, point: str) -> None:
    """A process runs schedules until it kills itself."""
    process = multiprocessing.get_context("forkserver").Process(
        target=run_until_killed, args=(settings, point)
    )
    process.start()
    process.join(WITHIN_S)
    assert process.exitcode == -signal.SIGKILL, process.exitcode


async def _schedules(client: httpx.AsyncClient, project: str) -> list[dict[str, Any]]:
    answer = await client.get("/projects/v1/schedules", params={"project_id": project})
    return list(answer.json()["items"])

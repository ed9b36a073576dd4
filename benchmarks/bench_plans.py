"""Plans in bulk: 10,000 activities and 10,000 links put, put again, read and scheduled, on both databases.

The whole request inside the process. Beside it, the longest time for which the event loop answered nobody else: bodies are made
and read outside of it.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from time import perf_counter, process_time
from typing import Any

import httpx

from benchmarks.bench_api import databases
from benchmarks.bench_lists import client_of
from benchmarks.figure import Figure
from services.projects.service import SERVICE
from shared.base.settings import Settings
from shared.base.telemetry import LOG
from shared.http.auth import Tokens
from shared.runtime.operations import Runner
from shared.runtime.running import opened

ACTIVITIES, REACH = 10_000, 200
TARGET_S = 5.0
"""Put and scheduled, together."""
STALL_S = 0.1
LOOKS_S = 0.01
JSON = {"Content-Type": "application/json"}

Body = dict[str, Any]


def figures() -> list[Figure]:
    LOG.stream = None
    return [figure for name in ("sqlite", "postgresql") for figure in asyncio.run(_of(name))]


async def _of(name: str) -> list[Figure]:
    source: AbstractContextManager[str] = databases(["projects"]) if name == "postgresql" else nullcontext("")
    with source as url, TemporaryDirectory(prefix="portolan-bench-") as folder:
        settings = Settings(data=Path(folder), database_url=url)
        async with opened(SERVICE, settings, Tokens(settings)) as one, client_of(one, "director") as client:
            client.timeout = httpx.Timeout(120)
            runner = asyncio.create_task(Runner(SERVICE, one.kernel).run())
            try:
                times, stall, cpu = await _measured(client)
            finally:
                runner.cancel()
                await asyncio.gather(runner, return_exceptions=True)
    together = times["put"] + times["scheduled"]
    note = ", ".join(f"{what} {seconds:.2f} s" for what, seconds in times.items())
    note += f"; {cpu:.2f} s of processor in this process"
    return [
        Figure(f"plan_{name}_put_and_scheduled", together, "s", TARGET_S, note=note),
        Figure(f"plan_{name}_longest_stall", stall, "s", STALL_S, note="the event loop answered nobody"),
    ]


async def _measured(client: httpx.AsyncClient) -> tuple[dict[str, float], float, float]:
    created = await client.post(
        "/projects/v1/projects", json={"name": "Large", "planned_start_on": "2026-06-01"}
    )
    path = f"/projects/v1/projects/{created.json()['id']}"
    body, times = json.dumps(_plan()).encode(), {}
    stalls: list[float] = []
    began_cpu = process_time()
    watching = asyncio.create_task(_watch(stalls))

    async def put() -> None:
        tag = (await client.get(f"{path}/plan")).headers["etag"]
        answer = await client.put(f"{path}/plan", content=body, headers=JSON | {"If-Match": tag})
        assert answer.status_code == 200, answer.text

    async def read() -> None:
        assert (await client.get(f"{path}/plan")).status_code == 200

    async def run() -> None:
        await _run(client, path, "2026-06-01")

    async def run_again() -> None:
        await _run(client, path, "2026-07-01")

    steps: dict[str, Callable[[], Awaitable[None]]] = {
        "put": put, "put unchanged": put, "read": read, "scheduled": run, "scheduled with movements": run_again,
    }  # fmt: skip
    for what, step in steps.items():
        began = perf_counter()
        await step()
        times[what] = perf_counter() - began
    watching.cancel()
    return times, max(stalls), process_time() - began_cpu


async def _run(client: httpx.AsyncClient, path: str, data_date: str) -> None:
    answer = await client.post(f"{path}/schedule", json={"data_date": data_date})
    assert answer.status_code == 202, answer.text
    while (one := (await client.get(answer.headers["location"])).json())["state"] in ("queued", "running"):
        await asyncio.sleep(LOOKS_S)
    assert one["state"] == "succeeded", one


async def _watch(stalls: list[float]) -> None:
    """How long the loop takes to come back, again and again."""
    while True:
        began = perf_counter()
        await asyncio.sleep(LOOKS_S)
        stalls.append(perf_counter() - began - LOOKS_S)


def _plan() -> Body:
    """Durations of 1 to 20 days; each activity waits for one of the 200 before it."""
    random = Random(7)
    activities = [
        {
            "key": str(n),
            "external_ref": {"source": "tool", "id": str(n)},
            "name": f"Activity {n}",
            "duration_minutes": random.randint(1, 20) * 480,
        }
        for n in range(ACTIVITIES)
    ]
    links = [
        {"from_key": str(random.randint(max(0, n - REACH), n - 1)), "to_key": str(n)}
        for n in range(1, ACTIVITIES)
    ]
    return {"activities": activities, "dependencies": links}

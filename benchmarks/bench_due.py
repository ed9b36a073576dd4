"""What the rows of what is due cost a write: patches of work packages inside the process, on both databases, asked in turn.

`due_*_moved` is a patch of the planned finish, which rewrites the row, as a share of one of the planned start, which rewrites
none. `due_*_unmoved` is a patch of the name of a package with a planned finish, as a share of the same of one without.
On SQLite, which works in the process, processor time; on PostgreSQL time by the clock.
"""

import asyncio
from collections.abc import Callable
from datetime import date, timedelta
from itertools import count
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter, process_time

import httpx

from benchmarks.bench_api import databases
from benchmarks.bench_lists import client_of
from benchmarks.figure import Figure
from services.projects.service import SERVICE
from shared.base.settings import Settings
from shared.base.telemetry import LOG
from shared.http.auth import Tokens
from shared.runtime.running import opened

PACKAGES = 50
ROUNDS = 30
SLOWER = 1.1
FIRST = date(2040, 1, 1)
PATH = "/projects/v1/work-packages"


def figures() -> list[Figure]:
    LOG.stream = None
    return asyncio.run(_figures())


async def _figures() -> list[Figure]:
    with databases(["projects"]) as url:
        return [*await _of("sqlite", ""), *await _of("postgresql", url)]


async def _of(name: str, url: str) -> list[Figure]:
    with TemporaryDirectory(prefix="portolan-bench-") as folder:
        settings = Settings(data=Path(folder), database_url=url)
        async with opened(SERVICE, settings, Tokens(settings)) as one, client_of(one, "service") as client:
            finish, start, with_finish, without = await _in_turn(
                client, perf_counter if url else process_time
            )
    return [
        Figure(f"due_{name}_moved", finish / start, "x", SLOWER, note=f"{finish * 1000:.2f} ms"),
        Figure(
            f"due_{name}_unmoved", with_finish / without, "x", SLOWER, note=f"{with_finish * 1000:.2f} ms"
        ),
    ]


async def _in_turn(client: httpx.AsyncClient, clock: Callable[[], float]) -> list[float]:
    """The median seconds of each kind of patch: planned finish, planned start, name with a finish, name without."""
    project = await client.post("/projects/v1/projects", json={"name": "A project"})
    dated, undated = [
        await _packages(client, project.json()["id"], finish) for finish in ("2060-01-01", None)
    ]
    versions = dict.fromkeys([*dated, *undated], 1)
    number, spent = count(), [list[float]() for _ in range(4)]
    for _ in range(ROUNDS):
        for with_finish, without in zip(dated, undated, strict=True):
            n = next(number)
            day = (FIRST + timedelta(days=n)).isoformat()
            requests = [
                (with_finish, {"planned_finish_on": (FIRST + timedelta(days=3000 + n)).isoformat()}),
                (with_finish, {"planned_start_on": day}),
                (with_finish, {"name": f"Package {n}"}),
                (without, {"name": f"Package {n}"}),
            ]
            for place in ((n + turn) % 4 for turn in range(4)):
                id, body = requests[place]
                started = clock()
                answer = await client.patch(f"{PATH}/{id}", json=body, headers={
                    "If-Match": f'"{versions[id]}"', "Content-Type": "application/merge-patch+json",
                })  # fmt: skip
                spent[place].append(clock() - started)
                assert answer.status_code == 200, answer.text
                versions[id] += 1
    return [median(times) for times in spent]


async def _packages(client: httpx.AsyncClient, project_id: str, finish: str | None) -> list[str]:
    ids = []
    for n in range(1, PACKAGES + 1):
        body = {"project_id": project_id, "name": "Package", "wbs": f"{1 if finish else 2}.{n}"}
        answer = await client.post(PATH, json=body | ({"planned_finish_on": finish} if finish else {}))
        assert answer.status_code == 201, answer.text
        ids.append(answer.json()["id"])
    return ids

"""Reporting: how soon a commit is folded, how fast the overview of 10,000 is."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter

import uvloop

from benchmarks.figure import Figure
from services.embedded import Embedded, embedded
from services.projects.structure.project.api import PROJECTS
from shared.base.money import Money
from shared.base.settings import Settings
from shared.base.telemetry import LOG
from shared.contracts.projects.structure import Project, Stage
from shared.domain.work import Work
from shared.store.outbox import Origin

PROJECTS_OF_OVERVIEW = 10_000
BATCH = 500


def figures() -> list[Figure]:
    LOG.stream = None
    return uvloop.run(_live())


def _work(one: Embedded) -> Work:
    kernel = one.services["projects"].kernel
    return Work(kernel.store, kernel.mirrors, Origin(kernel.source, "user", "bench", "bench"))


async def _write_projects(one: Embedded, count: int, filler: int) -> None:
    """Real commits of the projects service, 500 a unit."""
    for start in range(0, count, BATCH):
        work = _work(one)
        for n in range(start, min(start + BATCH, count)):
            if n > start:
                work.next_part()
            project = work.new(
                Project,
                code=f"PRJ-{n:05d}",
                name=f"Project {n}",
                description="d" * filler,
                stage=list(Stage)[n % 7],
                planned_cost=Money.of(1_000_000 + n, "CHF"),
                forecast_cost=Money.of(1_050_000 + 37 * (n % 5_000), "CHF"),
            )
            work.save(project, PROJECTS.tell(project, None, _NO_STAGE))
        await work.commit()


class _NoStage:
    stage = None


_NO_STAGE = _NoStage()


@asynccontextmanager
async def _quiet(folder: Path) -> AsyncIterator[Embedded]:
    async with embedded(Settings(data=folder)) as one:
        yield one


async def _live() -> list[Figure]:
    with TemporaryDirectory(prefix="portolan-bench-") as folder:
        async with _quiet(Path(folder)) as one:
            p50, p99 = await _latency(one)
            await _write_projects(one, PROJECTS_OF_OVERVIEW, 50)
            overview, cold = await _overview(one)
    return [
        Figure("folded_embedded_p50", p50 * 1000, "ms", 10, note="commit to folded in reporting, idle"),
        Figure("folded_embedded_p99", p99 * 1000, "ms", 50),
        Figure(
            "overview_10000_p50",
            overview * 1000,
            "ms",
            10,
            note=f"{cold * 1000:.0f} ms when something was folded since",
        ),
    ]


async def _latency(one: Embedded) -> tuple[float, float]:
    """(p50, p99) in seconds over 300 single commits."""
    taken = []
    inbox = one.inboxes["reporting"][0]
    for n in range(300):
        work = _work(one)
        project = work.new(Project, code=f"LAT-{n:04d}", name="Latency")
        work.save(project, PROJECTS.tell(project, None, _NO_STAGE))
        await work.commit()
        committed = perf_counter()
        [((topic, partition), position)] = work.positions().items()
        while (mark := inbox.marks.get((topic, partition))) is None or mark.position < position:
            await asyncio.sleep(0.0002)
        taken.append(perf_counter() - committed)
        await asyncio.sleep(0.01)
    taken.sort()
    return taken[len(taken) // 2], taken[int(len(taken) * 0.99)]


async def _overview(one: Embedded) -> tuple[float, float]:
    """(p50 of the answer as it is asked for again, the first answer after a fold), in seconds."""
    import httpx

    assert one.tokens.local is not None
    headers = {"Authorization": f"Bearer {one.tokens.local.issue('bench', 'viewer', 'portolan')}"}
    inbox = one.inboxes["reporting"][0]
    last = (await one.services["projects"].kernel.store.fetch("SELECT last FROM counter"))[0][0]
    while (
        sum(1 for m in inbox.marks.values() if m.position) == 0
        or max(m.position for m in inbox.marks.values()) < last
    ):
        await asyncio.sleep(0.01)
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(one), base_url="http://bench", headers=headers
    ) as client:
        times = []
        for _ in range(50):
            started = perf_counter()
            answer = await client.get("/reporting/v1/portfolios")
            times.append(perf_counter() - started)
            assert answer.json()["total"]["counts"]["projects"] >= PROJECTS_OF_OVERVIEW
    return median(times), times[0]

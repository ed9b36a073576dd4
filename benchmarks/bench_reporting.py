"""Reporting: how fast its projections are rebuilt, how soon a commit is folded, how fast the overview of 10,000 is."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter

import uvloop

from benchmarks.bench_api import databases
from benchmarks.figure import Figure
from services.embedded import Embedded, embedded
from services.projects.structure.project.api import PROJECTS
from services.reporting.history import projection as history
from services.reporting.service import SERVICE as REPORTING
from shared.base.money import Money
from shared.base.settings import Settings
from shared.base.telemetry import LOG
from shared.contracts.language import topics_of
from shared.contracts.projects.structure import Project, Stage
from shared.domain.work import Work
from shared.http.auth import Tokens
from shared.messaging.bus.embedded import EmbeddedBus, Reading
from shared.messaging.inbox import Consumer, Inbox
from shared.runtime.running import opened
from shared.store import Store
from shared.store.outbox import Origin

EVENTS = 20_000
PROJECTS_OF_OVERVIEW = 10_000
STATE_FILLER = 450
"""Characters of description that bring a state to about 1 KB."""
BATCH = 500
PAGE = 2_000


def figures() -> list[Figure]:
    LOG.stream = None
    return uvloop.run(_figures())


async def _figures() -> list[Figure]:
    rates = [await _rebuild("sqlite", "", 15_000)]
    with databases(["reporting"]) as url:
        rates.append(await _rebuild("postgresql", url, 40_000))
    return [*rates, *await _live()]


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


async def _rebuild(name: str, url: str, target: float) -> Figure:
    """Current state and history of 20,000 events of about 1 KB, from the outbox to the last commit."""
    with (
        TemporaryDirectory(prefix="portolan-bench-") as folder,
        TemporaryDirectory(prefix="portolan-bench-") as other,
    ):
        settings = Settings(data=Path(folder))
        async with opened(_projects(), settings, Tokens(settings)) as source:
            await _fill(source.kernel.store, source, EVENTS)
            target_settings = Settings(data=Path(other), database_url=url)
            async with opened(REPORTING, target_settings, Tokens(target_settings)) as reporting:
                rate = await _replayed(source.kernel.store, reporting)
    return Figure(
        f"rebuild_{name}", rate, "events/s", target, "higher", "current state and history, 1 KB states"
    )


def _projects():  # type: ignore[no-untyped-def]
    from services.projects.service import SERVICE

    return SERVICE


async def _fill(store: Store, one, count: int) -> None:  # type: ignore[no-untyped-def]
    running = Embedded.__new__(Embedded)
    running.services = {"projects": one}
    await _write_projects(running, count, STATE_FILLER)


async def _replayed(store: Store, reporting) -> float:  # type: ignore[no-untyped-def]
    async def fold(work: Work, records) -> None:  # type: ignore[no-untyped-def]
        await history.fold(work, records)

    consumer = Consumer("bench", ("projects",), fold=fold)
    inbox = Inbox(reporting.kernel, EmbeddedBus({"projects": (store, topics_of("projects"))}), consumer)
    reading = Reading(store, topics_of("projects"), PAGE)
    started = perf_counter()
    while records := await reading.page():
        await inbox.take(records)
    seconds = perf_counter() - started
    [[count]] = await reporting.kernel.store.fetch("SELECT COUNT(*) FROM history")
    assert count == EVENTS, f"{count} of {EVENTS} events were folded"
    return EVENTS / seconds


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

"""Reporting made anew from the outboxes: history, current state, contributions and figures, in bulk and event by event."""

import os
import sys
from collections.abc import Iterator
from contextlib import AsyncExitStack, ExitStack, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, process_time
from uuid import UUID

import uvloop

from benchmarks.bench_api import databases
from benchmarks.figure import Figure
from benchmarks.peak import measured
from services.finance.service import SERVICE as FINANCE
from services.projects.service import SERVICE as PROJECTS
from services.reporting.rebuild.making import made_anew
from services.reporting.replay import compare, replaying
from services.reporting.service import SERVICE as REPORTING
from shared.base.clock import now
from shared.base.money import Money
from shared.base.settings import Settings
from shared.base.telemetry import LOG
from shared.contracts.finance.control import Contribution, Performance, PerformanceMeasured, PlannedSpan
from shared.contracts.language import plain, topics_of
from shared.contracts.projects.structure import Project
from shared.domain.kernel import Kernel
from shared.domain.work import Work
from shared.http.auth import Tokens
from shared.messaging.bus.embedded import Sources
from shared.runtime.running import Opened, opened
from shared.store import Store
from shared.store.base import is_on_a_server
from shared.store.outbox import Origin

COUNT = 1_000
"""Projects, and performances of them."""
VERSIONS = 20
"""Of each: half of the events are states of about 1 KB, the others contributions."""
FILLER = "d" * 450
LONG = 75
"""Versions of each where memory is measured: 150,000 events."""
MEMORY_MB, VERIFY_RATE = 300, 3_000
BATCH = 500
EVENTS = 2 * COUNT * VERSIONS
PROC = Path("/proc")
TARGETS = {"sqlite": 20_000, "postgresql": 40_000}


def figures() -> list[Figure]:
    LOG.stream = None
    return [uvloop.run(_measured(dialect)) for dialect in TARGETS] + _peaks()


def _peaks() -> list[Figure]:
    """Of a rebuild and of a verification of so many events that all of them would not fit."""
    with TemporaryDirectory(prefix="portolan-bench-") as folder:
        uvloop.run(_filled(Path(folder), LONG))
        rebuilt, verified = (measured(Path(folder), what) for what in ("rebuild", "verify"))
    note = f"{rebuilt.events} events, on SQLite"
    return [
        Figure("rebuild_memory", rebuilt.megabytes, "MB", MEMORY_MB, note=note),
        Figure("verify_memory", verified.megabytes, "MB", MEMORY_MB, note=note),
        Figure("verify_rate", verified.events / verified.seconds, "events/s", VERIFY_RATE, "higher", note),
    ]


async def _filled(folder: Path, versions: int) -> None:
    settings = Settings(data=folder)
    async with AsyncExitStack() as stack:
        projects, finance = [
            await stack.enter_async_context(opened(service, settings, Tokens(settings)))
            for service in (PROJECTS, FINANCE)
        ]
        await _fill(projects, finance, versions)


async def _measured(dialect: str) -> Figure:
    """All events of two outboxes, until the tables are ready to take the place of the live ones."""
    with ExitStack() as running:
        folder = running.enter_context(TemporaryDirectory(prefix="portolan-bench-"))
        names = ["projects", "finance", "reporting"]
        url = running.enter_context(databases(names)) if dialect == "postgresql" else ""
        settings = Settings(data=Path(folder), database_url=url)
        async with AsyncExitStack() as stack:
            projects, finance, reporting = [
                await stack.enter_async_context(opened(service, settings, Tokens(settings)))
                for service in (PROJECTS, FINANCE, REPORTING)
            ]
            await _fill(projects, finance, VERSIONS)
            sources = {name: (one.kernel.store, topics_of(name)) for name, one in
                       (("projects", projects), ("finance", finance))}  # fmt: skip
            in_bulk, one_by_one, cost = await _rates(reporting, settings, sources)
    return Figure(
        f"rebuild_{dialect}", in_bulk, "events/s", TARGETS[dialect], "higher",
        f"{EVENTS} events, half of them contributions; {in_bulk / one_by_one:.1f} x a replay event by event; {cost}",
    )  # fmt: skip


async def _rates(reporting: Opened, settings: Settings, sources: Sources) -> tuple[float, float, str]:
    """Events a second in bulk, and one by one into a file; both must come to the same. And what the former costs."""
    store = reporting.kernel.store
    started, worked, served = perf_counter(), process_time(), await _server_time(store)
    async with made_anew(store, settings, sources) as projection:
        in_bulk = projection.events / (perf_counter() - started)
        cost = _cost(projection.events, process_time() - worked, await _server_time(store) - served)
        async with replaying(settings, sources) as replay:
            started = perf_counter()
            await replay.catch_up()
            one_by_one = replay.events / (perf_counter() - started)
            assert projection.events == replay.events == EVENTS
            assert await compare(projection.store, replay.kernel.store) == []
    return in_bulk, one_by_one, cost


def _cost(events: int, here: float, server: float) -> str:
    """Why more processes would not help: processor time an event, and what two cores give if both are always busy."""
    at_most = 2 * events / (here + server)
    return f"{1e6 * here / events:.0f} us an event here and {1e6 * server / events:.0f} us in the server: two cores give {at_most:.0f}/s at most"


async def _server_time(store: Store) -> float:
    """Seconds of processor time of the database server and its children, those that have ended among them; else 0."""
    if not is_on_a_server(store) or sys.platform != "linux":
        return 0.0
    [(backend,)] = await store.fetch("SELECT pg_backend_pid()")
    return _time_of_siblings(backend)


def _time_of_siblings(process: int) -> float:
    """Of the process, of its parent, and of all that have the same parent."""
    parent = _stat(PROC / str(process))[1]
    ticks = sum(_stat(PROC / str(parent))[11:15])
    for path in PROC.glob("[0-9]*"):
        with suppress(OSError):
            if (stat := _stat(path))[1] == parent:
                ticks += sum(stat[11:13])
    return ticks / os.sysconf("SC_CLK_TCK")


def _stat(process: Path) -> list[int]:
    """The numbers of /proc/<pid>/stat behind the name; the state, a letter, as 0."""
    _, *numbers = (process / "stat").read_text().rsplit(")", 1)[1].split()
    return [0, *map(int, numbers)]


async def _fill(projects: Opened, finance: Opened, versions: int) -> None:
    ids: list[tuple[UUID, UUID]] = []
    for some in _batches():
        work, measured = _work(projects.kernel), _work(finance.kernel)
        for n in some:
            project = work.new(Project, code=f"PRJ-{n:05d}", name=f"Project {n}", description=FILLER)
            work.save(project, plain(Project, "created"))
            zero = Money.of(0, "CHF")
            performance = measured.new(
                Performance,
                project_id=project.id,
                currency="CHF",
                at_completion=zero,
                earned=zero,
                actual=zero,
            )
            measured.save(performance, _contribution(n))
            ids.append((project.id, performance.id))
        await work.commit()
        await measured.commit()
    for version in range(2, versions + 1):
        for some in _batches():
            work, measured = _work(projects.kernel), _work(finance.kernel)
            for n in some:
                project = await work.load(Project, ids[n][0])
                project.name = f"Project {n}, {version}"
                work.save(project, plain(Project, "revised"))
                performance = await measured.load(Performance, ids[n][1])
                performance.actual = Money.of(version * 100 + n, "CHF")
                measured.save(performance, _contribution(n + version))
            await work.commit()
            await measured.commit()


def _batches() -> Iterator[range]:
    return (range(start, start + BATCH) for start in range(0, COUNT, BATCH))


def _work(kernel: Kernel) -> Work:
    return Work(kernel.store, kernel.mirrors, Origin(kernel.source, "user", "bench", "bench"))


def _contribution(n: int) -> PerformanceMeasured:
    """Of a cost, or of a package that is planned."""
    today, some, zero = now().date(), Money.of(1_000 + n, "CHF"), Money.of(0, "CHF")
    is_plan = n % 10 == 0
    return PerformanceMeasured(
        cause="portolan.finance.actual_cost.posted.v1",
        contributions=[
            Contribution(
                counts_from=today,
                at_completion=some if is_plan else zero,
                earned=zero,
                actual=zero if is_plan else some,
                current_at_completion=some if is_plan else zero,
                packages=int(is_plan),
                plan=[PlannedSpan(starts_on=today, finishes_on=today, budget=some)] if is_plan else [],
            )
        ],
    )

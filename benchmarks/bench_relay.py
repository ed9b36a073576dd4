"""The relay from a backlog, and the way of one event from its commit through Kafka into a folded consumer."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from pathlib import Path
from statistics import median
from tempfile import mkdtemp
from time import perf_counter, process_time

import uvloop

from benchmarks.figure import Figure
from deploy.kafka.broker import Broker
from deploy.kafka.install import installed, missing_tools, version
from services.projects.service import SERVICE as PROJECTS
from shared.base.settings import Settings
from shared.contracts.language import plain, topics_of
from shared.contracts.projects.strategy import Portfolio
from shared.domain.kernel import Kernel
from shared.domain.work import Work
from shared.http.auth import Tokens
from shared.messaging.bus import Record
from shared.messaging.bus.kafka import KafkaBus
from shared.messaging.consumer import Consumer
from shared.messaging.inbox import Inbox
from shared.messaging.relay import relaying
from shared.runtime.migrate import prepare
from shared.runtime.running import opened
from shared.store import open_store
from shared.store.outbox import Origin

BACKLOG = 60_000
PADDING = "x" * 1_250
"""Makes an event of about 2 KB."""
SINGLE = 200


def figures() -> list[Figure]:
    folder = Path(mkdtemp())
    try:
        with _brokers(folder) as (servers, name):
            return uvloop.run(_measure(folder, servers, f"on {name}"))
    finally:
        shutil.rmtree(folder)


@contextmanager
def _brokers(folder: Path) -> Iterator[tuple[str, str]]:
    """Apache Kafka where it can run, else the mock cluster; the figure says which."""
    if missing_tools():
        from tests.contracts.mock_cluster import mock_cluster

        with mock_cluster(topics_of("projects")) as servers:
            yield servers, "the mock cluster"
        return
    installed()
    broker = Broker(folder / "kafka")
    broker.start()
    try:
        yield broker.servers, f"Apache Kafka {version()}"
    finally:
        broker.stop()


async def _measure(folder: Path, servers: str, on: str) -> list[Figure]:
    settings = Settings(data=folder / "data", bus_url=f"kafka://{servers}")
    async with opened(PROJECTS, settings, Tokens(settings)) as one:
        size = await _fill(one.kernel)
        rate, of_a_core = await _drain(one.kernel)
        p50, p99 = await _one_by_one(one.kernel, folder)
    return [
        Figure(
            "relay_backlog",
            rate,
            "events/s",
            40_000,
            "higher",
            f"{size} bytes an event, SQLite, {on}; {of_a_core:.0f} a second of the relay's own core",
        ),
        Figure(
            "commit_to_folded_kafka_p50",
            p50 * 1000,
            "ms",
            25,
            note=f"idle, SQLite, {on}; p99 {p99 * 1000:.1f} ms",
        ),
    ]


async def _fill(kernel: Kernel) -> int:
    """A backlog of events, and how large one is."""
    for _ in range(BACKLOG // 500):
        work = _work(kernel)
        for i in range(500):
            work.save(
                work.new(Portfolio, name=f"Portfolio {i}", description=PADDING), plain(Portfolio, "created")
            )
        await work.commit()
    rows = await kernel.store.fetch("SELECT LENGTH(headers) + LENGTH(payload) FROM outbox WHERE position = 1")
    return int(rows[0][0])


def _work(kernel: Kernel) -> Work:
    return Work(kernel.store, kernel.mirrors, Origin(kernel.source, "user", "anna", "a-benchmark"))


async def _drain(kernel: Kernel) -> tuple[float, float]:
    """Events a second, from the start of the relay to the last acknowledgement: by the clock, and by its own core's."""
    started, worked = perf_counter(), process_time()
    async with relaying("projects", kernel.store, kernel.settings):
        while (await kernel.store.fetch("SELECT published_position FROM relay_state"))[0][0] < BACKLOG:
            await asyncio.sleep(0.01)
        return BACKLOG / (perf_counter() - started), BACKLOG / (process_time() - worked)


async def _one_by_one(kernel: Kernel, folder: Path) -> tuple[float, float]:
    """Median and 99th percentile of commit to folded, one event at a time, in seconds."""
    seconds: list[float] = []
    async with relaying("projects", kernel.store, kernel.settings), _folding(kernel, folder) as folded:
        for _ in range(SINGLE):
            work = _work(kernel)
            work.save(work.new(Portfolio, name="One", description=PADDING), plain(Portfolio, "created"))
            folded.clear()
            await work.commit()
            started = perf_counter()
            await folded.wait()
            seconds.append(perf_counter() - started)
            await asyncio.sleep(0.02)
    return median(seconds), sorted(seconds)[int(0.99 * len(seconds))]


@asynccontextmanager
async def _folding(kernel: Kernel, folder: Path) -> AsyncIterator[asyncio.Event]:
    """A consumer with a store of its own, which has folded the backlog; the event is set at each commit after that."""
    url = f"sqlite:///{folder / 'consumer.sqlite'}"
    await prepare(PROJECTS, url)
    store = await open_store(url)
    committed, seen = asyncio.Event(), 0

    async def fold(work: Work, records: Sequence[Record]) -> None:
        nonlocal seen
        seen += len(records)

    bus = KafkaBus(kernel.settings, lambda: "")
    inbox = Inbox(replace(kernel, store=store), bus, Consumer("benchmark", ("projects",), fold=fold))
    task = asyncio.create_task(inbox.run())
    while seen < BACKLOG:
        await asyncio.sleep(0.05)
    store.on_commit(committed.set)
    try:
        yield committed
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await bus.close()
        await store.close()

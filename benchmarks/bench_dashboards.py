"""Reporting's first pages at 1,000 and at 100,000 projects: its list with each filter and sort, and each dashboard.

Milliseconds are of the processor, the database's own included, so that a busy machine shows less. An event is folded
before each request: no answer is kept.
"""

import asyncio
import os
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from benchmarks.figure import Figure
from benchmarks.large_reporting import Filled, Processor, filled, sample
from services.reporting.dashboards.projects.api import SORTS
from shared.base.telemetry import LOG
from shared.runtime.memory import freeze_modules

FEW, MANY = 1_000, int(os.environ.get("PORTOLAN_BENCH_PROJECTS", "100000"))
DATABASES = os.environ.get("PORTOLAN_BENCH_DATABASES", "sqlite,postgresql").split(",")
REPEATED = 5
PAST = "2024-06-30"
OVERVIEW_MS, PAGE_MS, PAST_PAGE_MS, RATIO = 5.0, 15.0, 60.0, 2.0
DASHBOARDS = ("budget", "risk-exposure", "load", "department-activity", "activity")

FILTERS = {
    "stage": "stage=active",
    "portfolio": "portfolio_id={portfolio}",
    "health_red": "health=red",
    "health_amber": "health=amber",
    "health_green": "health=green",
    "q_rare": "q=ledger%20{number}",
    "q_common": "q=bridge",
    "external": "external_ref.source=erp&external_ref.id={number}",
    "archived": "archived=true",
}


def queries() -> Iterator[tuple[str, str]]:
    """Each sort in both directions; each filter alone, by name, and by the days that the finish is late."""
    yield "by_id", ""
    for sort in SORTS:
        for sign, way in (("", ""), ("-", "_down")):
            yield f"by_{sort.rsplit('.', 1)[-1]}{way}", f"sort={sign}{sort}"
    for name, query in FILTERS.items():
        yield name, query
        yield f"{name}_by_name", f"{query}&sort=name"
        yield f"{name}_by_variance_days", f"{query}&sort=schedule.variance_days"


def figures() -> list[Figure]:
    LOG.stream = None
    freeze_modules()  # as a server does
    return asyncio.run(_figures())


async def _figures() -> list[Figure]:
    times: dict[str, dict[int, dict[str, float]]] = {}
    for count in (FEW, MANY):
        with TemporaryDirectory(prefix="portolan-bench-") as folder:
            store = await sample(Path(folder), count)
            for database in DATABASES:
                async with filled(store, database) as service:
                    times.setdefault(database, {})[count] = await _timed(service)
    return [figure for database, by_count in times.items() for figure in _of(database, by_count)]


def _of(database: str, times: dict[int, dict[str, float]]) -> Iterator[Figure]:
    print(f"# {database}: ms at {FEW} and at {MANY} projects, and their ratio")
    for name, ms in times[MANY].items():
        few = times[FEW][name]
        print(f"# {name:40} {few:9.2f} {ms:9.2f} {ms / few:7.1f}")
        yield Figure(f"dashboards_{database}_{name}", ms, "ms", _target(name), note=f"{ms / few:.2f} x")


def _target(name: str) -> float:
    if name.endswith("_past"):
        return PAST_PAGE_MS
    return OVERVIEW_MS if name.startswith("overview") else PAGE_MS


async def _timed(service: Filled) -> dict[str, float]:
    ids = {"portfolio": str(service.portfolios[150]), "number": str(len(service.projects) // 2 + 1)}
    processor = Processor(service.store)
    overview = "/reporting/v1/portfolios"
    ms = {
        "overview_after_a_fold": await _ms(service, processor, overview),
        "overview_again": await _ms(service, processor, overview, folding=False),
        "overview_past": await _ms(service, processor, f"{overview}?as_of={PAST}"),
    }
    for name in DASHBOARDS:
        address = f"/reporting/v1/{name}"
        ms[name] = await _ms(service, processor, address)
        ms[f"{name}_past"] = await _ms(service, processor, f"{address}?as_of={PAST}")
    for name, query in queries():
        address = f"/reporting/v1/projects?limit=100&{query.format(**ids)}".rstrip("&")
        ms[f"list_{name}"] = await _ms(service, processor, address)
        ms[f"list_{name}_past"] = await _ms(service, processor, f"{address}&as_of={PAST}")
    return ms


async def _ms(service: Filled, processor: Processor, address: str, folding: bool = True) -> float:
    spent: list[float] = []
    for n in range(REPEATED):
        if folding:
            await service.fold_one_more(n)
        await processor.find_processes()
        before = processor.read()
        answer = await service.client.get(address)
        spent.append(processor.read() - before)
        assert answer.status_code == 200, answer.text
        if n == 1 and min(spent) > 1_000:  # twice is enough to know
            break
    return median(spent)

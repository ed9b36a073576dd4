"""Reporting at 1,000 and at 100,000 projects: how fast events are folded, and rows read by a fold."""

import asyncio
import os
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, process_time
from typing import Any
from uuid import uuid5

from benchmarks.figure import Figure
from benchmarks.large_reporting import FIRST_DAY, Filled, filled, project, sample
from shared.base.ids import new_id
from shared.base.money import Money
from shared.base.telemetry import LOG
from shared.contracts.finance.budget import BudgetLine, BudgetState
from shared.contracts.finance.control import Contribution, Forecast, Performance, PerformanceMeasured
from shared.contracts.language import Aggregate, Fact
from shared.contracts.projects.structure import Project, WorkPackage
from shared.contracts.resources.planning import Allocation
from shared.contracts.risk.risks import Register, Risk, RiskState
from shared.runtime.memory import freeze_modules
from shared.store import Store

FEW, MANY = 1_000, int(os.environ.get("PORTOLAN_BENCH_PROJECTS", "100000"))
BATCH, FOLDED = 500, 5_000
CLOCK = process_time if os.environ.get("PORTOLAN_BENCH_CPU") else perf_counter
"""On a busy machine the time of the processor tells more; PostgreSQL's own is not in it."""
RATIO = 2.0
ROWS = 20
"""Rows that one fold may read, whatever there is."""


def figures() -> list[Figure]:
    LOG.stream = None
    freeze_modules()  # as a server does
    return asyncio.run(_figures())


async def _figures() -> list[Figure]:
    rows: dict[str, dict[int, dict[str, float]]] = {}
    rates: dict[str, dict[int, float]] = {}
    for count in (FEW, MANY):
        with TemporaryDirectory(prefix="portolan-bench-") as folder:
            store = await sample(Path(folder), count)
            for name in os.environ.get("PORTOLAN_BENCH_DATABASES", "sqlite,postgresql").split(","):
                async with filled(store, name) as service:
                    rates.setdefault(name, {})[count] = await _rate(service)
                    rows.setdefault(name, {})[count] = await _rows_read(service)
    return [figure for name in rows for figure in _of(name, rows[name], rates[name])]


def _of(name: str, rows: dict[int, dict[str, float]], rates: dict[int, float]) -> Iterator[Figure]:
    note = f"{MANY} against {FEW} projects; {rates[MANY]:.0f} events/s"
    yield Figure(f"reporting_{name}_fold_growth", rates[FEW] / rates[MANY], "x", RATIO, note=note)
    for what, read in rows[MANY].items():
        yield Figure(
            f"rows_read_{name}_{what}", read, "rows", ROWS, note=f"{rows[FEW][what]:g} at {FEW} projects"
        )


async def _rate(service: Filled) -> float:
    """Events a second that are folded, of projects here and there."""
    spent, events = 0.0, 0
    for start in range(0, FOLDED, BATCH):
        versions = [service.next_version(n) for n in range(start, start + BATCH)]
        records = [service.publisher.record(*version) for version in versions]
        started = CLOCK()
        await service.inbox.take(records)
        spent, events = spent + CLOCK() - started, events + len(records)
    return events / spent


class Counting:
    """Counts the rows that a store answers."""

    def __init__(self, store: Store) -> None:
        self.store, self.rows, self._fetch, self._scan = store, 0, store.fetch, store.scan

    def __enter__(self) -> "Counting":
        self.store.fetch, self.store.scan = self._counted(self._fetch), self._counted(self._scan)  # type: ignore[method-assign]
        return self

    def __exit__(self, *_: object) -> None:
        self.store.fetch, self.store.scan = self._fetch, self._scan  # type: ignore[method-assign]

    def _counted(self, read: Any) -> Any:
        async def counted(text: str, params: Sequence[Any] = ()) -> Any:
            rows = await read(text, params)
            self.rows += len(rows)
            return rows

        return counted


async def _rows_read(service: Filled) -> dict[str, float]:
    """Rows read by the fold of one fact: of today, three years late, and in a project of many children."""
    with Counting(service.store) as counting:
        await service.fold_one_more(5)
        read = {"of_today": counting.rows}
        await service.fold((_child("risks", service.projects[7]), FIRST_DAY + timedelta(days=60)))
        read["told_three_years_late"] = counting.rows - sum(read.values())
    for children in (10, 10_000):
        for what in ("costs", *CHILDREN):
            read[f"beside_{children}_{what}"] = await _beside(service, what, children)
    return {name: float(rows) for name, rows in read.items()}


async def _beside(service: Filled, what: str, children: int) -> int:
    """Rows read by the fold of one more cost, or risk, of a project that has so many."""
    on = datetime.now(UTC).date()
    own = project(len(service.projects), service.portfolios).model_copy(
        update={"id": new_id(), "code": f"{what}-{children}"}
    )
    await service.fold((own, on))
    if what == "costs":
        events: list[tuple[Aggregate, Fact | None]] = [
            _measured(own, 1, children),
            _measured(own, 2, 1),
        ]
    else:
        for start in range(0, children, BATCH):
            some = [(_child(what, own), on) for _ in range(start, min(start + BATCH, children))]
            await service.fold(*some)
        events = [(_child(what, own), None)]
    for state, fact in events:
        with Counting(service.store) as counting:
            await service.inbox.take([service.publisher.record(state, on, fact)])
    return counting.rows


CHILDREN: dict[str, tuple[type[Aggregate], dict[str, Any]]] = {
    "risks": (Risk, {"title": "Rain", "score": 6, "state": RiskState.ASSESSED}),
    "budget_lines": (
        BudgetLine,
        {"amount": Money.of(100, "CHF"), "state": BudgetState.APPROVED, "fiscal_year": 2026},
    ),
    "forecasts": (Forecast, {"forecast_on": FIRST_DAY, "at_completion": Money.of(100, "CHF"), "comment": ""}),
    "work_packages": (WorkPackage, {"name": "Build"}),
    "allocations": (Allocation, {}),
    "registers": (Register, {}),
}
"""Every kind of child there is, but for costs, which finance measures, and budgets, of which there is one."""


def _child(what: str, project: Project) -> Aggregate:
    moment = datetime(2023, 1, 1, tzinfo=UTC)
    shape, members = CHILDREN[what]
    return shape.model_construct(
        id=new_id(), version=1, created_at=moment, updated_at=moment, archived_at=None, external_ref=None,
        project_id=project.id, **members,
    )  # fmt: skip


def _measured(project: Project, version: int, costs: int) -> tuple[Performance, Fact]:
    moment, nothing = datetime(2023, 1, 1, tzinfo=UTC), Money.of(0, "CHF")
    contributions = [
        Contribution(
            counts_from=FIRST_DAY + timedelta(days=n % 365), at_completion=nothing, earned=nothing,
            actual=Money.of(100, "CHF"), current_at_completion=nothing,
        )
        for n in range(costs)
    ]  # fmt: skip
    if version > 1:
        contributions[0].counts_from = datetime.now(UTC).date()
    state = Performance.model_construct(
        id=uuid5(project.id, "performance"), version=version, created_at=moment, updated_at=moment,
        archived_at=None, external_ref=None, project_id=project.id, currency="CHF",
        at_completion=nothing, earned=nothing, actual=nothing,
    )  # fmt: skip
    return state, PerformanceMeasured(cause="a cost", contributions=contributions)

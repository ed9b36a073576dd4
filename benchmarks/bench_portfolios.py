"""Reporting at 1,000 and at 100,000 projects: the overview right after a fold, pages of the list, rows read by a fold.

A page is the time of the whole request inside the process, after an event was folded, so that no answer is kept.
"""

import asyncio
import os
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractContextManager, asynccontextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter, process_time
from typing import Any
from uuid import UUID, uuid5

import httpx

from benchmarks.bench_api import databases
from benchmarks.figure import Figure
from services.reporting.service import SERVICE
from shared.base.clock import to_micros
from shared.base.ids import new_id
from shared.base.money import Money
from shared.base.settings import Settings
from shared.base.telemetry import LOG
from shared.contracts.finance.budget import BudgetLine, BudgetState
from shared.contracts.finance.control import Contribution, Forecast, Performance, PerformanceMeasured
from shared.contracts.language import Aggregate, Fact, plain
from shared.contracts.projects.strategy import Portfolio
from shared.contracts.projects.structure import Project, Stage, WorkPackage
from shared.contracts.resources.planning import Allocation
from shared.contracts.risk.risks import Register, Risk, RiskState
from shared.http.auth import Tokens
from shared.http.auth.issuers import LocalIssuer
from shared.messaging.bus import Record
from shared.messaging.bus.embedded import EmbeddedBus
from shared.messaging.inbox import Inbox
from shared.runtime.memory import freeze_modules
from shared.runtime.running import Opened, opened
from shared.store import Store
from shared.store.outbox import Origin, cloud_event, event

FEW, MANY = 1_000, int(os.environ.get("PORTOLAN_BENCH_PROJECTS", "100000"))
PORTFOLIOS = 200
BATCH = 500
REPEATED = 9
CLOCK = process_time if os.environ.get("PORTOLAN_BENCH_CPU") else perf_counter
"""On a busy machine the time of the processor tells more; PostgreSQL's own is not in it."""
FIRST_DAY = date(2023, 1, 2)
PAST = "2024-06-30"
OVERVIEW_MS, PAGE_MS, PAST_PAGE_MS, RATIO = 5.0, 15.0, 60.0, 2.0
ROWS = 20
"""Rows that one fold may read, whatever there is."""
ORIGIN = Origin("/portolan/bench/projects/1", "user", "bench", "bench").to_json()
OVERVIEW, LIST = "/reporting/v1/portfolios", "/reporting/v1/projects"
WORDS = (
    "bridge",
    "ledger",
    "portal",
    "archive",
    "network",
    "payroll",
    "harbour",
    "identity",
    "tunnel",
    "mobile",
)
STAGES = (*Stage,)

LISTS = {
    "by_id": "",
    "by_code": "sort=code",
    "by_name_down": "sort=-name",
    "by_stage": "sort=stage",
    "by_planned": "sort=-cost.planned",
    "by_variance": "sort=cost.variance",
    "by_finish": "sort=schedule.planned_finish_on",
    "by_days_late": "sort=schedule.variance_days",
    "stage_by_name": "stage=active&sort=name",
    "portfolio_by_name": "portfolio_id={portfolio}&sort=name",
    "health_by_name": "health=red&sort=name",
    "health_by_days_late": "health=red&sort=schedule.variance_days",
    "q_rare": "q=ledger%20{number}",
    "q_common_by_name": "q=bridge&sort=name",
    "external": "external_ref.source=erp&external_ref.id={number}",
}


@dataclass
class Publisher:
    """Gives events their places on the bus."""

    last: dict[tuple[str, int], int] = field(default_factory=dict)
    position: int = 0

    def record(self, state: Aggregate, on: date, fact: Fact | None = None) -> Record:
        fact = fact or plain(type(state), "created" if state.version == 1 else "revised")
        effective = to_micros(datetime(on.year, on.month, on.day, 12, tzinfo=UTC))
        made = event(state, state.model_dump_json(), fact, (), effective, effective, ORIGIN, "http://bench")
        self.position += 1
        place, previous = (made.topic, made.partition), self.last.get((made.topic, made.partition), 0)
        value = cloud_event(self.position, previous, made.headers, made.payload).encode()
        self.last[place] = self.position
        return Record(*place, self.position, self.position, previous, 1, value)


@dataclass
class Filled:
    """A reporting service that has heard of so many projects."""

    one: Opened
    inbox: Inbox
    client: httpx.AsyncClient
    publisher: Publisher
    portfolios: list[UUID]
    projects: list[Project]
    rate: float

    async def fold(self, *states: tuple[Aggregate, date]) -> None:
        await self.inbox.take([self.publisher.record(state, on) for state, on in states])


def figures() -> list[Figure]:
    LOG.stream = None
    freeze_modules()  # as a server does
    return asyncio.run(_figures())


async def _figures() -> list[Figure]:
    made: list[Figure] = []
    for name in os.environ.get("PORTOLAN_BENCH_DATABASES", "sqlite,postgresql").split(","):
        made += await _of(name)
    return made


async def _of(name: str) -> list[Figure]:
    times: dict[int, dict[str, float]] = {}
    rows: dict[int, dict[str, float]] = {}
    rates: dict[int, float] = {}
    for count in (FEW, MANY):
        source: AbstractContextManager[str] = (
            databases(["reporting"]) if name == "postgresql" else nullcontext("")
        )
        with source as url:
            async with _filled(url, count) as filled:
                if name == "postgresql":
                    await filled.one.kernel.store.run("ANALYZE")
                print(f"# {name}, {count} projects: {filled.rate:.0f} events/s folded", flush=True)
                rates[count] = filled.rate
                rows[count] = await _rows_read(filled)
                times[count] = await _timed(filled)
    made = []
    for what, seconds in times[MANY].items():
        few = times[FEW][what]
        note = f"{seconds / few:.2f} times that of {FEW} projects ({few * 1000:.2f} ms)"
        made.append(Figure(f"reporting_{name}_{what}", seconds * 1000, "ms", _target(what), note=note))
    ratio = times[MANY]["overview_now"] / times[FEW]["overview_now"]
    made.append(
        Figure(f"reporting_{name}_overview_growth", ratio, "x", RATIO, note=f"{MANY} against {FEW} projects")
    )
    note = f"{MANY} against {FEW} projects; {rates[MANY]:.0f} events/s"
    made.append(Figure(f"reporting_{name}_fold_growth", rates[FEW] / rates[MANY], "x", RATIO, note=note))
    for what, read in rows[MANY].items():
        note = f"{rows[FEW][what]:g} at {FEW} projects"
        made.append(Figure(f"rows_read_{name}_{what}", read, "rows", ROWS, note=note))
    return made


def _target(what: str) -> float:
    return (
        OVERVIEW_MS if what.startswith("overview_now") else PAST_PAGE_MS if what.endswith("past") else PAGE_MS
    )


@asynccontextmanager
async def _filled(url: str, count: int) -> AsyncIterator[Filled]:
    with TemporaryDirectory(prefix="portolan-bench-") as folder:
        settings = Settings(data=Path(folder), database_url=url)
        async with opened(SERVICE, settings, Tokens(settings)) as one:
            token = LocalIssuer(Path(folder)).issue("bench", "viewer", "portolan")
            async with httpx.AsyncClient(
                transport=httpx.ASGITransport(app=one.app),
                base_url="http://127.0.0.1",
                headers={"Authorization": f"Bearer {token}"},
            ) as client:
                inbox = Inbox(one.kernel, EmbeddedBus({}), SERVICE.consumers[0])
                filled = Filled(one, inbox, client, Publisher(), [new_id() for _ in range(PORTFOLIOS)], [], 0)
                await _fill(filled, count)
                yield filled


async def _fill(filled: Filled, count: int) -> None:
    await filled.fold(
        *((_portfolio(id, n, filled.portfolios), FIRST_DAY) for n, id in enumerate(filled.portfolios))
    )
    spent, events = 0.0, 0
    for start in range(0, count, BATCH):
        projects = [_project(n, filled.portfolios) for n in range(start, min(start + BATCH, count))]
        filled.projects += projects
        told = [(p, FIRST_DAY + timedelta(days=(start + n) * 7919 % 700)) for n, p in enumerate(projects)]
        told += [(revised(p), on + timedelta(days=40 + n % 300)) for n, (p, on) in enumerate(told) if n % 2]
        records = [filled.publisher.record(*one) for one in told]
        started = CLOCK()
        await filled.inbox.take(records)
        spent, events = spent + CLOCK() - started, events + len(records)
    filled.rate = events / spent


def revised(p: Project) -> Project:
    return p.model_copy(update={"version": p.version + 1, "forecast_cost": Money.of(1_200_000, "CHF")})


def _portfolio(id: UUID, n: int, all_: Sequence[UUID]) -> Portfolio:
    moment = datetime(2023, 1, 1, tzinfo=UTC)
    return Portfolio(
        id=id, version=1, created_at=moment, updated_at=moment, archived_at=None, external_ref=None,
        name=f"Portfolio {n:03d}", parent_id=all_[n // 8] if n >= 8 else None,
    )  # fmt: skip


def _project(n: int, portfolios: Sequence[UUID]) -> Project:
    mixed = n * 7919 % 100_003
    moment = datetime(2023, 1, 1, tzinfo=UTC)
    start = FIRST_DAY + timedelta(days=mixed % 900)
    return Project.model_validate({
        "id": new_id(), "version": 1, "created_at": moment, "updated_at": moment, "archived_at": None,
        "external_ref": {"source": "erp", "id": str(n)},
        "code": f"PRJ-{n:06d}",
        "name": f"{WORDS[mixed % 10].capitalize()} {WORDS[n // 10 % 10]} {n}",
        "description": "d" * 300,
        "stage": STAGES[mixed % 7],
        "portfolio_id": portfolios[mixed % len(portfolios)],
        "planned_cost": Money.of(1_000_000 + mixed, "CHF"),
        "forecast_cost": Money.of(1_000_000 + 37 * (mixed % 5_000), "CHF"),
        "planned_start_on": start if n % 5 else None,
        "planned_finish_on": start + timedelta(days=200 + mixed % 2_000) if n % 3 else None,
    })  # fmt: skip


async def _timed(filled: Filled) -> dict[str, float]:
    seconds = {
        "overview_now": await _answer(filled, OVERVIEW),
        "overview_now_again": await _answer(filled, OVERVIEW, folding=False),
        "overview_past": await _answer(filled, f"{OVERVIEW}?as_of={PAST}"),
    }
    ids = {"portfolio": str(filled.portfolios[150]), "number": str(len(filled.projects) // 2 + 1)}
    for name, query in LISTS.items():
        address = f"{LIST}?limit=100&{query.format(**ids)}".rstrip("&")
        seconds[f"list_{name}"] = await _answer(filled, address)
        seconds[f"list_{name}_past"] = await _answer(filled, f"{address}&as_of={PAST}")
    return seconds


async def _answer(filled: Filled, address: str, folding: bool = True) -> float:
    spent = []
    for n in range(REPEATED):
        if folding:
            await _one_more(filled, n)
        started = CLOCK()
        answer = await filled.client.get(address)
        spent.append(CLOCK() - started)
        assert answer.status_code == 200, answer.text
    return median(spent)


async def _one_more(filled: Filled, n: int, on: date | None = None) -> None:
    """Another version of a project, of today where no day is given."""
    place = n * 97 % len(filled.projects)
    held = filled.projects[place]
    version = 10 + filled.publisher.position  # beyond what was told of it
    filled.projects[place] = held.model_copy(
        update={"version": version, "forecast_cost": Money.of(1_000_000 + version, "CHF")}
    )
    await filled.fold((filled.projects[place], on or datetime.now(UTC).date()))


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


async def _rows_read(filled: Filled) -> dict[str, float]:
    """Rows read by the fold of one fact: of today, three years late, and in a project of many children."""
    with Counting(filled.one.kernel.store) as counting:
        await _one_more(filled, 5)
        read = {"of_today": counting.rows}
        await filled.fold((_child("risks", filled.projects[7]), FIRST_DAY + timedelta(days=60)))
        read["told_three_years_late"] = counting.rows - sum(read.values())
    for children in (10, 10_000):
        for what in ("costs", *CHILDREN):
            read[f"beside_{children}_{what}"] = await _beside(filled, what, children)
    return {name: float(rows) for name, rows in read.items()}


async def _beside(filled: Filled, what: str, children: int) -> int:
    """Rows read by the fold of one more cost, or risk, of a project that has so many."""
    project, on = _project(len(filled.projects), filled.portfolios), datetime.now(UTC).date()
    project = project.model_copy(update={"id": new_id(), "code": f"{what}-{children}"})
    await filled.fold((project, on))
    if what == "costs":
        told: list[tuple[Aggregate, Fact | None]] = [
            _measured(project, 1, children),
            _measured(project, 2, 1),
        ]
    else:
        for start in range(0, children, BATCH):
            some = [(_child(what, project), on) for _ in range(start, min(start + BATCH, children))]
            await filled.fold(*some)
        told = [(_child(what, project), None)]
    for state, fact in told:
        with Counting(filled.one.kernel.store) as counting:
            await filled.inbox.take([filled.publisher.record(state, on, fact)])
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

"""A reporting service that holds many projects: its rows are made once as a rebuild makes them, and copied to PostgreSQL."""

import sqlite3
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AbstractContextManager, asynccontextmanager, closing, nullcontext, suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from shutil import copyfile
from tempfile import TemporaryDirectory
from time import perf_counter, process_time
from typing import Any
from uuid import UUID

import httpx

from benchmarks.bench_api import databases
from services.reporting.rebuild.folding import fold_history
from services.reporting.rebuild.places import InAFile
from services.reporting.replay import DAY_OF_SUMS, REPLACED, clock_at, columns_of
from services.reporting.service import SERVICE
from shared.base.clock import to_micros
from shared.base.ids import new_id
from shared.base.money import Money
from shared.base.settings import Settings
from shared.contracts.finance.budget import BudgetLine, BudgetState, Nature
from shared.contracts.language import Aggregate, Fact, entry_of, plain
from shared.contracts.projects.strategy import Portfolio
from shared.contracts.projects.structure import Project, Stage
from shared.contracts.resources.people import OrgUnit, Person
from shared.contracts.resources.planning import Allocation
from shared.contracts.risk.risks import Assessment, Kind, Risk, RiskState
from shared.http.auth import Tokens
from shared.http.auth.issuers import LocalIssuer
from shared.messaging.bus import Record
from shared.messaging.bus.embedded import EmbeddedBus
from shared.messaging.inbox import Inbox
from shared.runtime.migrate import prepare
from shared.runtime.running import Opened, opened
from shared.store import Store
from shared.store.base import is_on_a_server
from shared.store.outbox import Origin, cloud_event, event

PORTFOLIOS, UNITS = 200, 50
PROJECTS_A_PERSON = 50
BATCH = 2_000
FIRST_DAY = date(2023, 1, 2)
MOMENT = datetime(2023, 1, 1, tzinfo=UTC)
ORIGIN = Origin("/portolan/bench/projects/1", "user", "bench", "bench").to_json()
STAGES = (*Stage,)
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
"""Names are made of two of these and a number."""

Dated = tuple[Aggregate, date]
"""A version, and the day from which it is so."""


@dataclass
class Publisher:
    """Gives events their places on the bus."""

    last: dict[tuple[str, int], int] = field(default_factory=dict)
    position: int = 0

    def record(self, state: Aggregate, on: date, fact: Fact | None = None) -> Record:
        fact = fact or plain(type(state), "created" if state.version == 1 else "revised")
        effective = _noon(on)
        published = event(
            state, state.model_dump_json(), fact, (), effective, effective, ORIGIN, "http://bench"
        )
        self.position += 1
        place, previous = (
            (published.topic, published.partition),
            self.last.get((published.topic, published.partition), 0),
        )
        value = cloud_event(self.position, previous, published.headers, published.payload).encode()
        self.last[place] = self.position
        return Record(*place, self.position, self.position, previous, 1, value)


@dataclass
class Filled:
    """A reporting service that has heard of so many projects."""

    one: Opened
    inbox: Inbox
    client: httpx.AsyncClient
    portfolios: Sequence[UUID]
    projects: list[Project]
    publisher: Publisher = field(default_factory=Publisher)

    @property
    def store(self) -> Store:
        return self.one.kernel.store

    async def fold(self, *states: Dated) -> None:
        await self.inbox.take([self.publisher.record(state, on) for state, on in states])

    async def fold_one_more(self, n: int) -> None:
        await self.fold(self.next_version(n))

    def next_version(self, n: int) -> Dated:
        """Another version of one of the projects, of today."""
        place = n * 97 % len(self.projects)
        project = self.projects[place]
        version = max(project.version, 2) + 1  # beyond what is stored of it
        self.projects[place] = project.model_copy(
            update={"version": version, "forecast_cost": Money.of(1_000_000 + version, "CHF")}
        )
        return self.projects[place], datetime.now(UTC).date()


@dataclass(frozen=True)
class Sample:
    """A store on SQLite that is filled, and what of it a benchmark has to name."""

    path: Path
    portfolios: Sequence[UUID]
    projects: Sequence[Project]


async def sample(folder: Path, count: int) -> Sample:
    """A store of so many projects with their children, made as `portolan rebuild` makes one."""
    started = perf_counter()
    settings = Settings(data=folder)
    url = settings.store_url(SERVICE.name)
    await prepare(SERVICE, url)
    path = Path(url.removeprefix("sqlite:///"))
    portfolios = [new_id() for _ in range(PORTFOLIOS)]
    projects = [project(n, portfolios) for n in range(count)]
    place = InAFile(path)
    try:
        rows = []
        for state, on in _states(portfolios, projects):
            rows.append(_history_row(state, on))
            if len(rows) == BATCH:
                await place.write(rows)
                rows = []
        await place.write(rows)
        await place.index_history()
        store = await place.opened()
        await fold_history(store, settings)
        await place.fill_current()
    finally:
        await place.close()
    print(f"# {count} projects made in {perf_counter() - started:.0f} s", flush=True)
    return Sample(path, portfolios, projects)


def _states(portfolios: Sequence[UUID], projects: Sequence[Project]) -> Iterator[Dated]:
    """Half of the projects were revised; a quarter have each a budget line, a risk, a booking and a rating."""
    units = [new_id() for _ in range(UNITS)]
    persons = [new_id() for _ in range(max(1, len(projects) // PROJECTS_A_PERSON))]
    for n, id in enumerate(portfolios):
        yield portfolio(id, n, portfolios), FIRST_DAY
    for n, id in enumerate(units):
        yield _new(OrgUnit, id, name=f"Unit {n}", parent_id=units[n // 8] if n >= 8 else None), FIRST_DAY
    for n, id in enumerate(persons):
        yield _new(Person, id, name=f"Person {n}", unit_id=units[n % UNITS]), FIRST_DAY
    for n, one in enumerate(projects):
        on = FIRST_DAY + timedelta(days=n * 7919 % 700)
        yield one, on
        if n % 2:
            yield _revised(one), on + timedelta(days=40 + n % 300)
        if n % 4 == 0:
            for child in _children(n, one.id, persons[n // 4 % len(persons)], on):
                yield child, on


def _children(n: int, project_id: UUID, person_id: UUID, on: date) -> Iterator[Aggregate]:
    probability, impact = n // 4 % 5 + 1, n // 20 % 5 + 1
    yield _new(
        BudgetLine, project_id=project_id, fiscal_year=2023 + n // 4 % 5, nature=[*Nature][n // 4 % 2],
        amount=Money.of(100_000 + n, "CHF"), state=[*BudgetState][n // 4 % 3],
    )  # fmt: skip
    yield _new(
        Risk, project_id=project_id, title=f"Delay {n}", kind=Kind.THREAT, state=RiskState.ASSESSED,
        probability=probability, impact=impact, score=probability * impact if n % 40 == 0 else min(probability, 3) * 3,
    )  # fmt: skip
    yield _new(
        Allocation, project_id=project_id, person_id=person_id, percent=20, starts_on=on,
        ends_on=on + timedelta(days=600),
    )  # fmt: skip
    yield _new(Assessment, project_id=project_id, rated_on=on, rating=probability)


def _new(shape: type[Aggregate], id: UUID | None = None, **members: Any) -> Aggregate:
    return shape.model_construct(
        id=id or new_id(), version=1, created_at=MOMENT, updated_at=MOMENT, archived_at=None,
        external_ref=None, **members,
    )  # fmt: skip


def _noon(on: date) -> int:
    return to_micros(datetime(on.year, on.month, on.day, 12, tzinfo=UTC))


def _history_row(state: Aggregate, on: date) -> tuple[Any, ...]:
    """What a rebuild makes of the event of this version."""
    entry = entry_of(type(state))
    id, text = str(state.id), state.model_dump_json()
    project_id = id if entry.name == "project" else getattr(state, "project_id", None)
    scope = entry.scope_of(state)
    return (
        id, state.version, entry.name, str(project_id) if project_id else None, str(new_id()),
        entry.event_type("created" if state.version == 1 else "revised"), "bench", _noon(on), _noon(on), "", "{}",
        text, str(scope[1]) if scope else None,
    )  # fmt: skip


def _revised(p: Project) -> Project:
    return p.model_copy(update={"version": p.version + 1, "forecast_cost": Money.of(1_200_000, "CHF")})


def portfolio(id: UUID, n: int, all_: Sequence[UUID]) -> Portfolio:
    return Portfolio(
        id=id, version=1, created_at=MOMENT, updated_at=MOMENT, archived_at=None, external_ref=None,
        name=f"Portfolio {n:03d}", parent_id=all_[n // 8] if n >= 8 else None,
    )  # fmt: skip


def project(n: int, portfolios: Sequence[UUID]) -> Project:
    mixed = n * 7919 % 100_003
    start = FIRST_DAY + timedelta(days=mixed % 900)
    finish = start + timedelta(days=200 + mixed % 2_000)
    return Project.model_validate({
        "id": new_id(), "version": 1, "created_at": MOMENT, "updated_at": MOMENT, "archived_at": None,
        "external_ref": {"source": "erp", "id": str(n)},
        "code": f"PRJ-{n:06d}",
        "name": f"{WORDS[mixed % 10].capitalize()} {WORDS[n // 10 % 10]} {n}",
        "description": "d" * 300,
        "stage": STAGES[mixed % 7],
        "portfolio_id": portfolios[mixed % len(portfolios)],
        "planned_cost": Money.of(1_000_000 + mixed, "CHF"),
        "forecast_cost": Money.of(1_000_000 + 37 * (mixed % 5_000), "CHF"),
        "planned_start_on": start if n % 5 else None,
        "planned_finish_on": finish if n % 3 else None,
        "forecast_finish_on": finish + timedelta(days=mixed % 300 - 100) if n % 3 and n % 4 else None,
    })  # fmt: skip


@asynccontextmanager
async def filled(sample: Sample, database: str) -> AsyncIterator[Filled]:
    """The service on a copy of the sample, on `sqlite` or on `postgresql`."""
    source: AbstractContextManager[str] = (
        databases(["reporting"]) if database == "postgresql" else nullcontext("")
    )
    with source as url, TemporaryDirectory(prefix="portolan-bench-") as folder:
        settings = Settings(data=Path(folder), database_url=url)
        if not url:
            copyfile(sample.path, settings.store_url(SERVICE.name).removeprefix("sqlite:///"))
        async with opened(SERVICE, settings, Tokens(settings)) as one:
            if url:
                await _copy(sample.path, one.kernel.store)
            token = LocalIssuer(Path(folder)).issue("bench", "viewer", "portolan")
            async with httpx.AsyncClient(
                transport=httpx.ASGITransport(app=one.app),
                base_url="http://127.0.0.1",
                headers={"Authorization": f"Bearer {token}"},
            ) as client:
                inbox = Inbox(one.kernel, EmbeddedBus({}), SERVICE.consumers[0])
                yield Filled(one, inbox, client, sample.portfolios, list(sample.projects))


async def _copy(path: Path, live: Store) -> None:
    from shared.store.beside import beside

    assert is_on_a_server(live)
    started = perf_counter()
    with closing(sqlite3.connect(path)) as source:
        async with beside(live.url, REPLACED, []) as new:
            for table in REPLACED:
                columns = columns_of(table)
                cursor = source.execute(f"SELECT {', '.join(columns)} FROM {table}")
                while rows := cursor.fetchmany(BATCH):
                    await new.copy(table, columns, rows)
                await new.add_indices(table)
            await new.swap(clock_at(source.execute(DAY_OF_SUMS).fetchall()))
    print(f"# copied to PostgreSQL in {perf_counter() - started:.0f} s", flush=True)


class Processor:
    """Milliseconds of the processor: of this process, and of the database's processes where it has any."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._processes: Sequence[int] = ()

    async def find_processes(self) -> None:
        if is_on_a_server(self._store):
            rows = await self._store.fetch(
                "SELECT pid FROM pg_stat_activity WHERE datname = current_database()"
            )
            self._processes = [row[0] for row in rows]

    def read(self) -> float:
        spent = process_time() * 1e9
        for pid in self._processes:
            with suppress(FileNotFoundError):  # a process that helped one statement and has ended
                spent += int(Path(f"/proc/{pid}/schedstat").read_text().split()[0])
        return spent / 1e6

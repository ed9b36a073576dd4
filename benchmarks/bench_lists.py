"""Lists: a page of 100 of 1,000 and of 100,000 projects, for every sort, typical filters and `q=`, on both databases.

A page is the time of the whole request inside the process. "Deep" is a page by cursor behind five others.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractContextManager, asynccontextmanager, nullcontext
from datetime import date, timedelta
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

import httpx

from benchmarks.bench_api import databases
from benchmarks.figure import Figure
from services.projects.service import SERVICE
from services.projects.structure.project.api import PROJECTS
from shared.base.clock import now
from shared.base.ids import new_id
from shared.base.settings import Settings
from shared.base.telemetry import LOG
from shared.contracts.projects.structure import Project, Stage
from shared.http.auth import Tokens
from shared.http.auth.issuers import LocalIssuer
from shared.runtime.running import Opened, opened
from shared.store import Store, sql
from shared.store.unit import Part, Statement, Unit

FIRST_DAY = date(2024, 1, 1)
FEW, MANY = 1_000, 100_000
PAGE_MS = 15.0
"""The target for a page of 100 of 100,000 projects."""
REPEATED = 7
BATCH = 2_000
DEEP = 5
"""Pages before the one that is measured by cursor."""
WRITES = 50
URL = "/projects/v1/projects"
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

LISTS = {
    "by_id": "",
    "by_code": "sort=code",
    "by_name": "sort=name",
    "by_name_down": "sort=-name",
    "by_stage": "sort=stage",
    "by_start": "sort=planned_start_on",
    "by_start_down": "sort=-planned_start_on",
    "by_finish": "sort=planned_finish_on",
    "by_created_down": "sort=-created_at",
    "by_updated_down": "sort=-updated_at",
    "by_stage_and_name": "sort=stage,name",
    "stage": "stage=active",
    "stage_by_name": "stage=active&sort=name",
    "rare_stage_by_name": "stage=discontinued&sort=name",
    "portfolio_by_name": "portfolio_id={portfolio}&sort=name",
    "manager_by_start": "manager_id={manager}&sort=-planned_start_on",
    "name": "name=Bridge%20ledger%20{number}",
    "starts_after_by_name": "planned_start_on[gte]=2031-06-01&sort=name",
    "q_rare": "q=ledger%20{number}",
    "q_common": "q=bridge",
    "q_common_by_name": "q=bridge&sort=name",
    "q_short": "q=br",
    "q_none": "q=zzzyx&sort=name",
}


def figures() -> list[Figure]:
    LOG.stream = None
    return asyncio.run(_figures())


async def _figures() -> list[Figure]:
    figures = []
    for name in ("sqlite", "postgresql"):
        figures += await _of(name)
    return figures


async def _of(name: str) -> list[Figure]:
    times: dict[int, dict[str, float]] = {}
    for count in (FEW, MANY):
        source: AbstractContextManager[str] = (
            databases(["projects"]) if name == "postgresql" else nullcontext("")
        )
        with source as url:
            async with filled(url, count) as (one, client, ids):
                if name == "postgresql":  # which looks at what was written by itself, a minute later
                    await one.kernel.store.run("ANALYZE")
                times[count] = await _timed(client, ids)
                times[count] |= await _written(client)
    figures = []
    for what, seconds in times[MANY].items():
        few = times[FEW].get(what)  # a narrow list of few projects has no page that is deep
        note = f"{seconds / few:.1f} times that of {FEW} projects ({few * 1000:.2f} ms)" if few else ""
        figures.append(Figure(f"list_{name}_{what}", seconds * 1000, "ms", PAGE_MS, note=note))
    return figures


@asynccontextmanager
async def filled(url: str, count: int) -> AsyncIterator[tuple[Opened, httpx.AsyncClient, dict[str, str]]]:
    """A projects service with so many projects, written in bulk, past commands and outbox."""
    with TemporaryDirectory(prefix="portolan-bench-") as folder:
        settings = Settings(data=Path(folder), database_url=url)
        async with opened(SERVICE, settings, Tokens(settings)) as one:
            started = perf_counter()
            ids = await _fill(one.kernel.store, count)
            print(f"# {count} projects written in {perf_counter() - started:.0f} s", flush=True)
            async with client_of(one, "service") as client:
                yield one, client, ids


def client_of(one: Opened, role: str) -> httpx.AsyncClient:
    """Asks inside the process, as a subject that is called like the role."""
    token = LocalIssuer(one.kernel.settings.data).issue(role, role, "portolan")
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(app=one.app),
        base_url="http://127.0.0.1",
        headers={"Authorization": f"Bearer {token}"},
    )


async def _timed(client: httpx.AsyncClient, ids: dict[str, str]) -> dict[str, float]:
    """Seconds of the first page of each list, and of one deep inside where there is one."""
    seconds = {}
    for name, query in LISTS.items():
        address = f"{URL}?limit=100&{query.format(**ids)}".rstrip("&")
        seconds[name] = await _page(client, address)
        if deep := await _middle(client, address):
            seconds[f"{name}_deep"] = await _page(client, deep)
    return seconds


async def _page(client: httpx.AsyncClient, address: str) -> float:
    spent = []
    for _ in range(REPEATED):
        started = perf_counter()
        answer = await client.get(address)
        spent.append(perf_counter() - started)
        assert answer.status_code == 200, answer.text
    return median(spent)


async def _middle(client: httpx.AsyncClient, address: str) -> str | None:
    """The address of the sixth page, if there is one."""
    for _ in range(DEEP):
        answer = await client.get(address)
        if "next" not in answer.links:
            return None
        address = answer.links["next"]["url"]
    return address


async def _written(client: httpx.AsyncClient) -> dict[str, float]:
    """Seconds of one new project among those that are there."""
    spent = []
    for n in range(WRITES):
        started = perf_counter()
        answer = await client.post(
            URL, json={"name": f"Bridge written {n}", "planned_start_on": "2026-01-01"}
        )
        spent.append(perf_counter() - started)
        assert answer.status_code == 201, answer.text
    return {"write": median(spent)}


async def _fill(store: Store, count: int) -> dict[str, str]:
    portfolios = [new_id() for _ in range(max(1, count // 500))]
    managers = [new_id() for _ in range(max(1, count // 100))]
    stages, moment = list(Stage), now()
    insert = sql.upsert(PROJECTS.mirror)
    types = sql.types_of(PROJECTS.mirror.table, PROJECTS.mirror.columns)
    for start in range(0, count, BATCH):
        rows = []
        for n in range(start, min(start + BATCH, count)):
            project = _project(n, portfolios, managers, stages, moment)
            rows.append(PROJECTS.mirror.values(vars(project), n, project.model_dump_json()))
        await store.commit(Unit([Part(statements=[Statement(insert, rows, types=types)])]))
    return {"portfolio": str(portfolios[0]), "manager": str(managers[0]), "number": str(count // 2 + 1)}


def _project(n: int, portfolios: list[Any], managers: list[Any], stages: list[Stage], moment: Any) -> Project:
    mixed = n * 7919 % 100_003
    first, second = WORDS[mixed % 10], WORDS[n // 10 % 10]
    return Project.model_construct(
        id=new_id(),
        version=1,
        created_at=moment,
        updated_at=moment,
        archived_at=None,
        external_ref=None,
        code=f"PRJ-{n:06d}",
        name=f"{first.capitalize()} {second} {n}",
        description="d" * 450,
        stage=Stage.DISCONTINUED if n % 997 == 0 else stages[mixed % 4],
        portfolio_id=portfolios[mixed % len(portfolios)],
        programme_id=None,
        manager_id=managers[mixed % len(managers)],
        planned_start_on=FIRST_DAY + timedelta(days=mixed % 4_000) if n % 5 else None,
        planned_finish_on=FIRST_DAY + timedelta(days=400 + mixed % 4_000) if n % 2 else None,
    )

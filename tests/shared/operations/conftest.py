"""The finance service with operations that only tests have, on both databases, with as many replicas as are wanted."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from pathlib import Path
from time import monotonic
from typing import Any

import httpx
import pytest

from services.finance.service import SERVICE
from shared.base.settings import Settings
from shared.contracts.finance.vendors import Vendor
from shared.contracts.language import plain
from shared.domain.operations import OperationKind
from shared.domain.work import Work
from shared.http.auth import Tokens
from shared.http.long_work.routes import begins
from shared.http.routes import Routes
from shared.runtime.app import create_app
from shared.runtime.operations import operating
from shared.runtime.running import Opened, opened
from shared.runtime.service import Group
from tests.conftest import DEADLINE_S, Callers, PostgresServer

JOBS = "tests.shared.operations.jobs:JOB"
PATH, VENDORS_PATH = "/finance/v1/jobs/trial", "/finance/v1/jobs/vendor"
DEFECTS_PATH = "/finance/v1/jobs/defect"
OPEN = ("queued", "running")


async def register_vendor(work: Work, id: str, result: bytes) -> None:
    """What a kind makes of its result: a vendor of that name."""
    work.save(work.new(Vendor, name=f"Made by {id}"), plain(Vendor, "created"))


KIND = OperationKind("job", JOBS, result="Done")
OF_VENDORS = OperationKind("vendor_job", JOBS, result="Done", conclude=register_vendor)


async def stumble(work: Work, id: str, result: bytes) -> None:
    """A defect of a kind, after its computation."""
    raise ZeroDivisionError


OF_DEFECTS = OperationKind("defective_job", JOBS, result="Done", conclude=stumble)
routes = Routes("finance", "Jobs", about="Only here.")
begins(routes, "/v1/jobs/trial", KIND, "Begin a job", "Of a test.")
begins(routes, "/v1/jobs/vendor", OF_VENDORS, "Begin a job that makes a vendor", "Of a test.")
begins(routes, "/v1/jobs/defect", OF_DEFECTS, "Begin a job that cannot be ended", "Of a test.")
WITH_JOBS = replace(
    SERVICE, groups=(*SERVICE.groups, Group(routes=(routes,), operations=(KIND, OF_VENDORS, OF_DEFECTS)))
)


class Replica(Callers):
    """One process's worth of the service."""

    def __init__(self, one: Opened, tokens: Tokens, stack: AsyncExitStack) -> None:
        super().__init__(one.app, tokens, stack)
        self.one = one
        self.kernel = one.kernel
        self.client: httpx.AsyncClient = self("director")

    async def begin(self, path: str = PATH, **job: Any) -> str:
        """The address of a new operation."""
        answer = await self.client.post(path, json=job)
        assert answer.status_code == 202, answer.text
        return str(answer.headers["location"])

    async def read(self, operation: str) -> dict[str, Any]:
        answer = await self.client.get(operation)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def reached(self, operation: str, *states: str) -> dict[str, Any]:
        """The operation once it is in one of the states; by default, once it has ended."""
        one: dict[str, Any] = await until(
            lambda: self.read(operation),
            lambda one: one["state"] in states if states else one["state"] not in OPEN,
        )
        return one

    async def result(self, operation: str) -> dict[str, Any]:
        answer = await self.client.get(f"{operation}/result")
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def column(self, operation: str, name: str) -> Any:
        id = operation.rpartition("/")[2]
        return (await self.kernel.store.fetch(f"SELECT {name} FROM operation WHERE id = ?", (id,)))[0][0]


async def until(
    ask: Callable[[], Any], holds: Callable[[Any], bool], within_s: float = 3 * DEADLINE_S
) -> Any:
    """What is asked for, once it holds; fails with the last answer."""
    end = monotonic() + within_s
    while not holds(answer := await ask()):
        assert monotonic() < end, f"not within {within_s} s: {answer}"
        await asyncio.sleep(0.01)
    return answer


@asynccontextmanager
async def replica(settings: Settings, *, computes: bool = True) -> AsyncIterator[Replica]:
    tokens = Tokens(settings)
    async with opened(WITH_JOBS, settings, tokens, create_app) as one, AsyncExitStack() as stack:
        if computes:
            await stack.enter_async_context(operating(WITH_JOBS, one.kernel))
        yield Replica(one, tokens, stack)


@pytest.fixture
def settings(tmp_path: Path, database_url: str) -> Settings:
    return Settings(data=tmp_path, database_url=database_url, operation_lease_s=1.5)


@pytest.fixture
def settings_of_replicas(tmp_path: Path, postgres_server: PostgresServer) -> Iterator[Settings]:
    """On PostgreSQL: a file has one process."""
    url = postgres_server.databases()
    yield Settings(data=tmp_path, database_url=url, operation_lease_s=1.5)
    postgres_server.give_back(url)


@pytest.fixture
async def jobs(settings: Settings) -> AsyncIterator[Replica]:
    """Once on SQLite, once on PostgreSQL."""
    async with replica(settings) as one:
        yield one

"""What replicas on one PostgreSQL owe each other when one of them falls silent, or the server is full."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
import pytest

from services.projects.service import SERVICE
from shared.base.settings import Settings
from shared.runtime.migrate import prepare
from shared.store import Store, Unreachable, open_store
from tests.conftest import make_databases
from tests.shared.store.writing import created, creating, positions

SILENT_S = 1
DEADLINE_S = 20

HOLDING = """
import asyncio, sys
from shared.store import postgres
postgres.SILENT_S = {silent}

async def hold(url):
    store = await postgres.PostgresStore.open(url)
    {how}

asyncio.run(hold(sys.argv[1]))
"""
LEADING = """
    async with store.leading():
        print("held", flush=True)
        await asyncio.sleep(600)
"""
IN_A_TRANSACTION = """
    async def begin(connection):
        async with connection.transaction():
            await connection.execute("UPDATE counter SET last = last + 1")
            print("held", flush=True)
            await asyncio.sleep(600)
    await store._attempt(begin)
"""


@pytest.fixture
async def url(postgres: str, tmp_path: Path) -> str:
    databases = await make_databases(postgres, ["projects"])
    url = Settings(data=tmp_path, database_url=databases).store_url("projects")
    await prepare(SERVICE, url)
    return url


@pytest.fixture
async def store(url: str) -> AsyncIterator[Store]:
    opened = await open_store(url)
    yield opened
    await opened.close()


@asynccontextmanager
async def frozen(url: str, how: str) -> AsyncIterator[None]:
    """Another replica, in a process of its own, that is frozen while it holds something."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", HOLDING.format(silent=SILENT_S, how=how.strip()), url,
        stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        assert await process.stdout.readline() == b"held\n"
        process.send_signal(signal.SIGSTOP)
        yield
    finally:
        process.kill()
        await process.wait()


async def test_the_lead_of_a_frozen_replica_is_taken_over(url: str, store: Store) -> None:
    async with frozen(url, LEADING), asyncio.timeout(DEADLINE_S), store.leading() as leads:
        assert leads()


async def test_who_leads_and_is_heard_of_keeps_the_lead(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.store.postgres.SILENT_S", SILENT_S)
    async with store.leading() as leads:
        await asyncio.sleep(2.5 * SILENT_S)
        assert leads()


async def test_a_replica_frozen_in_a_transaction_does_not_keep_the_others_from_writing(
    url: str, store: Store
) -> None:
    async with frozen(url, IN_A_TRANSACTION), asyncio.timeout(DEADLINE_S):
        await created(store, "ELSEWHERE")
    assert await positions(store) == [1]


async def test_a_server_that_takes_no_more_connections_is_away(url: str) -> None:
    admin = await asyncpg.connect(url)
    role = f"crowded_{os.getpid()}"
    await admin.execute(f"CREATE ROLE {role} LOGIN CONNECTION LIMIT 1")
    await admin.execute(f"GRANT ALL ON ALL TABLES IN SCHEMA public TO {role}")
    crowded = await open_store(url.replace("//postgres:@", f"//{role}:@"))
    try:
        with pytest.raises(Unreachable):
            await creating(crowded, "P-1").commit()
        await admin.execute(f"ALTER ROLE {role} CONNECTION LIMIT 5")
        await created(crowded, "P-2")
    finally:
        await crowded.close()
        await admin.execute(f"DROP OWNED BY {role}")
        await admin.execute(f"DROP ROLE {role}")
        await admin.close()

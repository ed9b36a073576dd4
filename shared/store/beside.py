"""Tables of a PostgreSQL database rebuilt next to the live ones, which they replace in one transaction.

    a schema of its own -> COPY without indices -> keys and indices -> swap
                           readers have the old tables                 readers have the new ones

Whatever ends the process before the swap leaves the old tables in use; the next one removes what is left of the new.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any

import asyncpg

from shared.store import sql
from shared.store.base import CannotReplace, Unreachable
from shared.store.postgres import AWAY
from shared.store.unit import Statement

SCHEMA = "portolan_rebuild"
_LOCK = 7003
"""Advisory lock of the process that rebuilds tables in this database."""
TRIES = 200
PAUSE_S = 0.02
"""Between two tries to lock all tables at once; a lock that waits would hold up every reader that comes after it."""

_GRANTS = """
SELECT format('GRANT %s ON %I.%I TO %s%s', a.privilege_type, '{schema}', c.relname,
    CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(a.grantee)) END,
    CASE WHEN a.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END)
FROM pg_class c, aclexplode(c.relacl) a WHERE c.oid = $1::regclass AND a.grantee <> c.relowner
"""
_KEYS = """
SELECT format('ALTER TABLE %I.%I ADD CONSTRAINT %I %s', '{schema}', r.relname, c.conname, pg_get_constraintdef(c.oid))
FROM pg_constraint c JOIN pg_class r ON r.oid = c.conrelid WHERE r.oid = $1::regclass AND c.contype IN ('p', 'u')
"""
_INDICES = """
SELECT pg_get_indexdef(i.indexrelid) FROM pg_index i
WHERE i.indrelid = $1::regclass AND NOT EXISTS (SELECT 1 FROM pg_constraint c WHERE c.conindid = i.indexrelid)
"""


class Beside:
    """New tables without rows, with the columns and grants of the live ones, and with no keys or indices yet."""

    def __init__(
        self,
        url: str,
        connection: asyncpg.Connection,
        live: str,
        tables: Sequence[str],
        others: Sequence[str],
    ) -> None:
        self.tables = tables
        self._others = others
        self._connection = connection
        self._live = live
        mark = "&" if "?" in url else "?"
        self.url = f"{url}{mark}search_path={SCHEMA},{live}&synchronous_commit=off"
        """Where a store finds the new tables under the names of the live ones."""

    async def create(self) -> None:
        """The schema and its tables; what an earlier process left is removed."""
        c = self._connection
        try:
            await c.execute(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE; CREATE SCHEMA {SCHEMA}")
        except asyncpg.InsufficientPrivilegeError as error:
            raise CannotReplace(
                f"the role may not make the schema {SCHEMA} ({error}): grant it CREATE on the database"
            ) from error
        for table in (*self.tables, *self._others):
            await c.execute(
                f"CREATE TABLE {SCHEMA}.{table} (LIKE {self._live}.{table} INCLUDING ALL EXCLUDING INDEXES)"
            )
            for (grant,) in await self._of(_GRANTS, table):
                await c.execute(grant)
        await c.execute(f"SET search_path = {SCHEMA}, {self._live}; SET synchronous_commit = off")

    async def copy(self, table: str, columns: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
        await self._connection.copy_records_to_table(table, records=rows, columns=columns, schema_name=SCHEMA)

    async def execute(self, text: str) -> None:
        """A statement that may take long; names mean the new tables."""
        await self._connection.execute(text, timeout=None)

    async def add_indices(self, table: str) -> None:
        """The keys and indices of the live table, under their names."""
        for (text,) in await self._of(_KEYS, table):
            await self.execute(text)
        for (text,) in await self._of(_INDICES, table):
            await self.execute(text.replace(f" ON {self._live}.", f" ON {SCHEMA}.", 1))
        await self.execute(f"ANALYZE {SCHEMA}.{table}")

    async def swap(self, statements: Sequence[Statement]) -> None:
        """Put the new tables in the place of the live ones and run the statements, in one transaction.

        All tables are locked at once or none, so that nobody is waited for who waits for one of them.
        """
        for tried in range(TRIES):
            try:
                async with self._connection.transaction():
                    await self._swap(statements, "NOWAIT" if tried < TRIES - 1 else "")
                return
            except asyncpg.LockNotAvailableError:
                await asyncio.sleep(PAUSE_S)
            except asyncpg.DependentObjectsStillExistError as error:
                raise CannotReplace(
                    f"a table cannot be replaced: {error.detail}; remove that first"
                ) from error

    async def _swap(self, statements: Sequence[Statement], patience: str) -> None:
        c = self._connection
        await c.execute("SET LOCAL synchronous_commit = on")
        live = [f"{self._live}.{table}" for table in self.tables]
        await c.execute(f"LOCK TABLE {', '.join(live)} IN ACCESS EXCLUSIVE MODE {patience}")
        for table in self.tables:
            await c.execute(f"DROP TABLE {self._live}.{table}")
            await c.execute(f"ALTER TABLE {SCHEMA}.{table} SET SCHEMA {self._live}")
        await c.execute(f"SET LOCAL search_path = {self._live}")
        for statement in statements:
            await c.executemany(sql.numbered(statement.sql), statement.rows)

    async def _of(self, query: str, table: str) -> list[tuple[Any, ...]]:
        rows: list[tuple[Any, ...]] = await self._connection.fetch(
            query.format(schema=SCHEMA), f"{self._live}.{table}"
        )
        return rows


@asynccontextmanager
async def beside(url: str, tables: Sequence[str], others: Sequence[str] = ()) -> AsyncIterator[Beside]:
    """New tables while the block lasts; CannotReplace where another process makes them at the moment.

    `others` are needed to fill the tables, and do not take the place of the live ones.
    """
    try:
        connection = await asyncpg.connect(url, timeout=5)
    except AWAY as error:
        raise Unreachable(str(error) or type(error).__name__) from error
    try:
        if not await connection.fetchval("SELECT pg_try_advisory_lock($1)", _LOCK):
            raise CannotReplace("another process is making the same tables anew")
        live = await connection.fetchval("SELECT quote_ident(current_schema())")
        new = Beside(url, connection, live, tables, others)
        await new.create()
        yield new
    except AWAY as error:
        raise Unreachable(str(error) or type(error).__name__) from error
    finally:
        with suppress(asyncpg.PostgresError, asyncpg.InterfaceError, OSError):
            await connection.execute(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE")
        await connection.close()

"""Where the new tables are made: in a file of their own for SQLite, in a schema beside the live ones on PostgreSQL.

The large tables have no keys and indices until they are full, and readers have the old ones until all are put in place.
"""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Protocol

from services.reporting.rebuild.rows import HISTORY
from services.reporting.replay import REPLACED, TABLES, columns_of, copied
from services.reporting.service import SERVICE
from shared.base.settings import Settings
from shared.runtime.migrate import prepare
from shared.store import Statement, Store, Unit, open_store
from shared.store.base import ServerStore, is_on_a_server

if TYPE_CHECKING:
    from shared.store.beside import Beside

BULK = ("history", "current_state")
"""Tables that are filled at once; the others are folded, and so have their keys from the start."""
FOLDED = tuple(table for table in REPLACED if table not in BULK)
CLOCK = "totals_clock"
"""The clock of the folds that make the new tables; the live one goes on."""

_CURRENT = columns_of("current_state")
FILL_CURRENT = f"""
INSERT INTO current_state ({", ".join(_CURRENT)}) SELECT {", ".join(f"h.{c}" for c in _CURRENT)} FROM history h
JOIN (SELECT aggregate_id, MAX(version) AS version FROM history GROUP BY aggregate_id) newest
  ON newest.aggregate_id = h.aggregate_id AND newest.version = h.version
"""


class Place(Protocol):
    """Somewhere the projection is made anew."""

    async def write(self, rows: Sequence[tuple[Any, ...]]) -> None:
        """Add rows of history."""

    async def index_history(self) -> None:
        """Once, when all of history is written."""

    async def opened(self) -> Store:
        """The new tables under their names, for folds and queries; afterwards nothing is written in bulk."""

    async def fill_current(self) -> None:
        """The newest version of each aggregate."""

    async def put_in_place(self, live: Store, statements: Sequence[Statement]) -> None:
        """Replace the live tables and run the statements, in one transaction."""

    async def close(self) -> None: ...


class InAFile:
    """For a live store on SQLite: its own file is written once, when all is there."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._store: Store | None = None
        self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        for pragma in ("journal_mode = OFF", "synchronous = OFF", "cache_size = -8000"):
            self._connection.execute(f"PRAGMA {pragma}")
        self._indices = {table: self._without_keys(table) for table in BULK}
        marks = ", ".join("?" * len(HISTORY))
        self._insert = f"INSERT INTO history ({', '.join(HISTORY)}) VALUES ({marks})"

    def _without_keys(self, table: str) -> list[str]:
        """Make the table again without keys and indices; answers the statements that make them."""
        c = self._connection
        indices = [
            text
            for (text,) in c.execute(
                "SELECT sql FROM sqlite_master WHERE type = 'index' AND tbl_name = ? AND sql IS NOT NULL",
                (table,),
            )
        ]
        c.execute(f"CREATE TABLE bulk AS SELECT * FROM {table} LIMIT 0")
        c.execute(f"DROP TABLE {table}")
        c.execute(f"ALTER TABLE bulk RENAME TO {table}")
        return [f"CREATE UNIQUE INDEX key_of_{table} ON {table} ({', '.join(TABLES[table])})", *indices]

    async def write(self, rows: Sequence[tuple[Any, ...]]) -> None:
        await asyncio.to_thread(self._write, rows)

    def _write(self, rows: Sequence[tuple[Any, ...]]) -> None:
        self._connection.execute("BEGIN")
        self._connection.executemany(self._insert, rows)
        self._connection.execute("COMMIT")

    async def index_history(self) -> None:
        await self._run(self._indices["history"])

    async def fill_current(self) -> None:
        await self._run([FILL_CURRENT, *self._indices["current_state"]])

    async def _run(self, statements: Sequence[str]) -> None:
        for text in statements:
            await asyncio.to_thread(self._connection.execute, text)

    async def opened(self) -> Store:
        if self._store is None:
            self._store = await open_store(f"sqlite:///{self.path}")
            await self._store.fetch("PRAGMA cache_size = -8000")
        return self._store

    async def put_in_place(self, live: Store, statements: Sequence[Statement]) -> None:
        """Rows are read while they are written, a chunk at a time; the WAL, grown by all of them, is emptied afterwards."""
        unit = Unit()
        with closing(sqlite3.connect(self.path)) as scratch:
            for table in REPLACED:
                unit.parts[0].statements += [Statement(f"DELETE FROM {table}", [()]), *copied(scratch, table)]
            unit.parts[0].statements += statements
            await live.commit(unit)
        await live.fetch("PRAGMA wal_checkpoint(TRUNCATE)")

    async def close(self) -> None:
        if self._store is not None:
            await self._store.close()
        self._connection.close()


class InASchema:
    """For a live store on PostgreSQL: the tables themselves change places."""

    def __init__(self, beside: "Beside") -> None:
        self._beside = beside
        self._store: Store | None = None

    async def write(self, rows: Sequence[tuple[Any, ...]]) -> None:
        await self._beside.copy("history", HISTORY, rows)

    async def index_history(self) -> None:
        await self._beside.add_indices("history")
        for table in (*FOLDED, CLOCK):
            await self._beside.add_indices(table)

    async def fill_current(self) -> None:
        await self._beside.execute(FILL_CURRENT)
        await self._beside.add_indices("current_state")

    async def opened(self) -> Store:
        if self._store is None:
            self._store = await open_store(self._beside.url)
        return self._store

    async def put_in_place(self, live: Store, statements: Sequence[Statement]) -> None:
        for table in FOLDED:
            await self._beside.execute(f"ANALYZE {table}")
        await self._beside.swap(statements)

    async def close(self) -> None:
        if self._store is not None:
            await self._store.close()


@asynccontextmanager
async def place_for(live: Store, settings: Settings) -> AsyncIterator[Place]:
    """Where the tables of the live store are made anew; nothing is left of it afterwards."""
    async with _postgres(live) if is_on_a_server(live) else _sqlite(settings) as place:
        try:
            yield place
        finally:
            await place.close()


@asynccontextmanager
async def _sqlite(settings: Settings) -> AsyncIterator[Place]:
    with TemporaryDirectory(prefix="portolan-rebuild-") as folder:
        scratch = settings.model_copy(update={"data": Path(folder), "database_url": ""})
        url = scratch.store_url(SERVICE.name)
        await prepare(SERVICE, url)
        yield InAFile(Path(url.removeprefix("sqlite:///")))


@asynccontextmanager
async def _postgres(live: ServerStore) -> AsyncIterator[Place]:
    from shared.store.beside import beside

    async with beside(live.url, REPLACED, [CLOCK]) as new:
        yield InASchema(new)

"""The store on SQLite: one writing connection with `synchronous=FULL`, whose commits run on a thread of their own.

Statements take some ten microseconds each, less than handing them to a thread. So they run on the event loop;
only COMMIT, which waits for the disk, and units of very many rows leave it. Units that arrive while a commit runs go into the next one
together, which is what makes FULL free. Reads in WAL mode never wait for the writer.
"""

import asyncio
import re
import sqlite3
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from operator import itemgetter
from pathlib import Path
from time import monotonic
from typing import Any, TypeVar

from shared.base.supervision import Supervised
from shared.store import group, search, sql
from shared.store.base import Damaged, StaleVersion, UniqueTaken, Unreachable
from shared.store.together import Document
from shared.store.unit import Part, Unit
from shared.store.writer import Job, Outcome, TakenBack, Transactions, Writer

AWAY = re.compile(r"locked|busy|unable to open|disk I/O|disk is full|readonly")
"""Temporary errors, and those that operators must repair; any other error is a defect of ours."""

_LOCKED = re.compile(r"locked|busy")
_UNIQUE = re.compile(r"UNIQUE constraint failed: (.+)")

LARGEST_WAL = 64 * 1024 * 1024
"""Bytes to which the file of the WAL is cut once a large transaction is in the main file."""
LOCKED_S = 10.0
"""How long another process (a rebuild, a backup) may hold the file."""


W = TypeVar("W", Unit, list[Unit])
Write = Callable[[sqlite3.Connection, W], None]


def connect(path: Path, timeout: float = LOCKED_S) -> sqlite3.Connection:
    """A connection as every part of Portolan uses it; `timeout` is how long a statement waits for a locked file."""
    connection = sqlite3.connect(
        path, isolation_level=None, check_same_thread=False, cached_statements=512, timeout=timeout
    )
    for pragma in (
        "journal_mode = WAL",
        "synchronous = FULL",
        "foreign_keys = ON",
        "temp_store = MEMORY",
        "cache_size = -32000",
        "wal_autocheckpoint = 4000",
        f"journal_size_limit = {LARGEST_WAL}",
    ):
        connection.execute(f"PRAGMA {pragma}")
    return connection


class SqliteStore:
    """One file, one writer."""

    dialect = "sqlite"

    def __init__(self, path: Path, service: str = "") -> None:
        self._writing = connect(path, timeout=0)  # the waiting is done in _begin, without stopping the loop
        self._reading = connect(path)
        self._path = path
        self._scanning: sqlite3.Connection | None = None
        self._aside = ThreadPoolExecutor(1, thread_name_prefix=f"scan-{path.stem}")
        self._loop = asyncio.get_running_loop()
        self._disk = ThreadPoolExecutor(1, thread_name_prefix=f"commit-{path.stem}")
        self.epoch: int = self._writing.execute("SELECT epoch FROM counter").fetchone()[0]
        self.searched_by_index = frozenset(
            table for (table,) in self._reading.execute(search.indexed_tables(self.dialect))
        )
        self._damage: str | None = None
        self._writer = Writer(
            Transactions(self._attempt, self._aside_if_large(write), self._aside_if_large(write_separately)),
            service,
        )

    @property
    def tasks(self) -> Sequence[Supervised]:
        return (self._writer.task,)

    def on_commit(self, nudge: Callable[[], None]) -> None:
        self._writer.nudges.append(nudge)

    async def commit(self, unit: Unit) -> None:
        await self._writer.queued(unit)

    async def trial(self, unit: Unit) -> None:
        with suppress(TakenBack):
            await self._writer.queued(lambda c: self._aside_if_large(write_and_take_back)(c, unit))

    async def document(self, table: str, id: str) -> Document | None:
        rows: list[Any] = await self.fetch(sql.document(table), (id,))
        return rows[0] if rows else None

    async def fetch(self, text: str, params: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        try:
            return self._reading.execute(text, params).fetchall()
        except sqlite3.DatabaseError as error:
            raise self._noted(error) from error

    async def scan(self, text: str, params: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        if self._scanning is None:
            self._scanning = connect(self._path)
        scanning = self._scanning
        try:
            return await self._loop.run_in_executor(
                self._aside, lambda: scanning.execute(text, params).fetchall()
            )
        except sqlite3.OperationalError as error:
            raise translated(error) from error

    async def run(self, text: str, params: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        rows: list[tuple[Any, ...]] = await self._writer.queued(lambda c: c.execute(text, params).fetchall())
        return rows

    @asynccontextmanager
    async def leading(self) -> AsyncIterator[Callable[[], bool]]:
        """An SQLite file belongs to one process, which leads for as long as it runs."""
        yield lambda: True

    async def ping(self) -> None:
        self._refuse_damaged()
        await self.fetch("SELECT 1")

    def note_damage(self, damage: str) -> None:
        self._damage = self._damage or damage

    def _refuse_damaged(self) -> None:
        if self._damage is not None:
            raise Damaged(f"the store is damaged ({self._damage})")

    def _noted(self, error: Exception) -> Exception:
        meaning = translated(error)
        if isinstance(meaning, Damaged):
            self.note_damage(str(error))
        return meaning

    async def close(self) -> None:
        """Requests are still written; those that wait longer than for a lock get an error."""
        await self._writer.close(LOCKED_S)
        self._disk.shutdown()
        self._aside.shutdown()
        if self._scanning is not None:
            self._scanning.close()
        self._reading.close()
        self._writing.close()

    async def _attempt(self, job: Job[sqlite3.Connection]) -> Outcome:
        c = self._writing
        try:
            self._refuse_damaged()
            await self._begin()
            result = job(c)
            if isinstance(result, asyncio.Future):
                result = await result
            await self._loop.run_in_executor(self._disk, c.execute, "COMMIT")
            return result, None
        except Exception as error:  # noqa: BLE001 a defect in one unit must not end the writer of all
            self._roll_back()
            return None, self._noted(error)

    def _aside_if_large(self, write: "Write[W]") -> "Callable[[sqlite3.Connection, W], Any]":
        """The same, but that what is large is written by the thread that commits."""

        def aside(c: sqlite3.Connection, units: W) -> Any:
            if group.is_large([units] if isinstance(units, Unit) else units):
                return self._loop.run_in_executor(self._disk, write, c, units)
            return write(c, units)

        return aside

    def _roll_back(self) -> None:
        """What cannot be rolled back now (the disk is full) is rolled back before the next transaction."""
        with suppress(sqlite3.Error):
            if self._writing.in_transaction:
                self._writing.execute("ROLLBACK")

    async def _begin(self) -> None:
        until = monotonic() + LOCKED_S
        self._roll_back()
        while True:
            try:
                self._writing.execute("BEGIN IMMEDIATE")
                return
            except sqlite3.OperationalError as error:
                if not _LOCKED.search(str(error)) or monotonic() >= until:
                    raise
            await asyncio.sleep(0.01)


def write(c: sqlite3.Connection, units: list[Unit]) -> None:
    """Rows first, then what uses the counter, whose row is the last to be locked."""
    _write_parts_of(c, list(group.live_parts(units)))
    _write_outbox(c, units)


def write_separately(c: sqlite3.Connection, unit: Unit) -> None:
    """Guards are taken once for the unit: a later part that holds the same one relied on the same reading."""
    _take_guards(c, group.guards(unit.parts))
    failed: dict[str, int] = {}
    for i, part in enumerate(unit.parts):
        c.execute("SAVEPOINT part")
        try:
            group.refuse_what_builds_on(part, failed)
            _check_versions(c, part)
            _write_rows_of(c, [part])
        except (sqlite3.IntegrityError, StaleVersion) as error:
            c.execute("ROLLBACK TO part")
            unit.failures[i] = translated(error)
            failed |= {e.aggregate_id: i for e in part.events}
        c.execute("RELEASE part")
    _write_outbox(c, [unit])


def write_and_take_back(c: sqlite3.Connection, unit: Unit) -> None:
    """Raises TakenBack once all of it is written: the transaction leaves nothing."""
    if unit.separable:
        write_separately(c, unit)
    else:
        write(c, [unit])
    raise TakenBack


def _write_parts_of(c: sqlite3.Connection, parts: list[Part]) -> None:
    _take_guards(c, group.guards(parts))
    _write_rows_of(c, parts)


def _write_rows_of(c: sqlite3.Connection, parts: list[Part]) -> None:
    for (mirror, changed), rows in group.rows_by_change(parts).items():
        if changed is None:
            c.executemany(sql.upsert(mirror), rows)
        else:
            c.executemany(sql.update(mirror, changed), map(itemgetter(*changed, 0), rows))
    for statement in group.statements_of(parts):
        done = c.executemany(statement.sql, statement.rows).rowcount
        if statement.expect is not None and done != statement.expect:
            raise StaleVersion(statement.sql)


def _check_versions(c: sqlite3.Connection, part: Part) -> None:
    """What the outbox's unique key would find too late for a single part."""
    for e in part.events:
        if c.execute(sql.HAS_VERSION, (e.aggregate_type, e.aggregate_id, e.aggregate_version)).fetchone():
            raise StaleVersion(e.aggregate_id)


def _take_guards(c: sqlite3.Connection, expected: dict[str, int]) -> None:
    if not expected:
        return
    stored = {key: _guard_version(c, key) for key in expected}
    group.check_guards(expected, stored)
    c.executemany(
        "INSERT INTO guard (key, version) VALUES (?, 1) ON CONFLICT (key) DO UPDATE SET version = version + 1",
        [(key,) for key in expected],
    )


def _guard_version(c: sqlite3.Connection, key: str) -> int:
    row = c.execute("SELECT version FROM guard WHERE key = ?", (key,)).fetchone()
    return row[0] if row else 0


_INSERT_OUTBOX = f"INSERT INTO outbox ({', '.join(sql.OUTBOX)}) VALUES ({', '.join('?' * len(sql.OUTBOX))})"


def _write_outbox(c: sqlite3.Connection, units: list[Unit]) -> None:
    keys = [row for row in map(group.idempotency_row, units) if row]
    if keys:
        c.executemany(sql.INSERT_IDEMPOTENCY, keys)
    n = group.count_events(units)
    if n:
        last = c.execute("UPDATE counter SET last = last + ? RETURNING last", (n,)).fetchone()[0]
        c.executemany(_INSERT_OUTBOX, group.outbox_rows(units, last - n + 1))


def is_damage(error: sqlite3.Error) -> bool:
    """Whether SQLite reports a file that is damaged, or that is no database."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    return code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


def translated(error: Exception) -> Exception:
    """SQLite's complaint in the store's words."""
    if isinstance(error, sqlite3.IntegrityError) and (match := _UNIQUE.match(str(error))):
        names = [name.rsplit(".", 1) for name in match[1].split(", ")]
        return group.meaning_of(UniqueTaken(names[0][0], tuple(name[-1] for name in names)))
    if isinstance(error, sqlite3.DatabaseError) and is_damage(error):
        return Damaged(f"the store is damaged ({error})")
    if isinstance(error, sqlite3.OperationalError) and AWAY.search(str(error)):
        return Unreachable(str(error))
    return error

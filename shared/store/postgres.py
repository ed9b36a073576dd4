"""The store on PostgreSQL: asyncpg, one writing connection a replica, a small pool that reads.

What most groups of units write is one statement, and so one round trip; rows asked for by id share one too.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from functools import partial
from itertools import chain
from typing import Any

import asyncpg

from shared.base.supervision import Supervised
from shared.base.turns import in_turns
from shared.store import group, search, sql
from shared.store.base import Damaged, StaleVersion, UniqueTaken, Unreachable
from shared.store.columns import Mirror
from shared.store.together import Document, Together
from shared.store.unit import Part, Statement, Unit
from shared.store.writer import Job, Outcome, TakenBack, Transactions, Writer

_KEY = re.compile(r"Key \((.+?)\)=")
AWAY = (
    OSError,
    TimeoutError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.IdleInTransactionSessionTimeoutError,
)
"""The errors of a server that is down, ending or full, or that has ended this session."""
_BROKEN = (
    asyncpg.DataCorruptedError,
    asyncpg.IndexCorruptedError,
    asyncpg.PostgresIOError,
    asyncpg.UndefinedFileError,
)
_RETRY_S = 0.2
_LEAD = 7001
SILENT_S = 10.0
"""After so many seconds without a sign of life the server ends the session of a process that is frozen or gone. Others
may wait for what it holds: the lead, or the locks of an open transaction."""
CLOSING_S = 2.0
ACQUIRE_S = 5.0
COPIED = 100
"""From so many rows on a COPY is worth its savepoint."""
LARGEST_MERGE = 1_000
"""Rows that one statement merges; the arrays of more would keep others waiting while they are made."""


class PostgresStore:
    """One database; other replicas may write to it at the same time."""

    dialect = "postgresql"

    def __init__(
        self,
        url: str,
        pool: asyncpg.Pool,
        epoch: int,
        service: str = "",
        searched_by_index: frozenset[str] = frozenset(),
    ) -> None:
        self.url = url
        self.epoch = epoch
        self.searched_by_index = searched_by_index
        self._pool = pool
        self._loop = asyncio.get_running_loop()
        self._connection: asyncpg.Connection | None = None
        self._damage: str | None = None
        self._writer = Writer(Transactions(self._attempt, write, write_separately), service)
        self._together = Together(self._documents)
        self._listener = Supervised(service, "the listener of the store", self._listen_for_ever)

    @classmethod
    async def open(cls, url: str, service: str = "") -> "PostgresStore":
        pool = await asyncpg.create_pool(url, min_size=1, max_size=8, command_timeout=30, reset=_as_it_is)
        epoch = await pool.fetchval("SELECT epoch FROM counter")
        tables = await pool.fetch(search.indexed_tables(cls.dialect))
        return cls(url, pool, epoch, service, frozenset(row[0] for row in tables))

    @property
    def tasks(self) -> Sequence[Supervised]:
        return (self._writer.task, self._listener)

    def on_commit(self, nudge: Callable[[], None]) -> None:
        self._writer.nudges.append(nudge)

    async def commit(self, unit: Unit) -> None:
        await self._writer.queued(unit)

    async def trial(self, unit: Unit) -> None:
        with suppress(TakenBack):
            await self._writer.queued(partial(write_and_take_back, unit=unit))

    async def document(self, table: str, id: str) -> Document | None:
        return await self._together.document(table, id)

    async def _documents(self, table: str, ids: list[str]) -> list[tuple[Any, ...]]:
        return await self.fetch(sql.documents(table), (ids,))

    async def fetch(self, text: str, params: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        self._refuse_damaged()
        try:
            async with self._pool.acquire(timeout=ACQUIRE_S) as c:
                return await _fetch_or_end(c, sql.numbered(text), params)
        except _BROKEN as error:
            self.note_damage(str(error))
            raise Damaged(str(error)) from error
        except AWAY as error:
            raise Unreachable(str(error) or type(error).__name__) from error

    async def scan(self, text: str, params: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        return await self.fetch(text, params)

    async def run(self, text: str, params: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        rows: list[tuple[Any, ...]] = await self._writer.queued(
            lambda c: c.fetch(sql.numbered(text), *params)
        )
        return rows

    @asynccontextmanager
    async def leading(self) -> AsyncIterator[Callable[[], bool]]:
        """An advisory lock, held by a connection of its own until that closes or is silent for too long."""
        try:
            connection = await asyncpg.connect(self.url, timeout=5)
        except AWAY as error:
            raise Unreachable(str(error)) from error
        beating = None
        try:
            await _limit(connection, "idle_session_timeout")
            await connection.execute("SELECT pg_advisory_lock($1)", _LEAD)
            beating = asyncio.create_task(_beat(connection))
            yield lambda: not connection.is_closed()
        finally:
            if beating is not None:
                beating.cancel()
            connection.terminate()

    def note_damage(self, damage: str) -> None:
        self._damage = self._damage or damage

    def _refuse_damaged(self) -> None:
        """Writes next to broken pages may be lost with them, and reads may miss rows."""
        if self._damage is not None:
            raise Damaged(f"the database is damaged ({self._damage})")

    async def ping(self) -> None:
        await self.fetch("SELECT 1")

    async def close(self) -> None:
        """Requests are still written if the server answers in time; those that wait longer get an error."""
        await self._writer.close(CLOSING_S)
        await self._listener.end()
        if self._connection is not None:
            await _end(self._connection)
        try:
            async with asyncio.timeout(CLOSING_S):
                await self._pool.close()
        except (*AWAY, TimeoutError):
            self._pool.terminate()

    async def _attempt(self, job: Job[asyncpg.Connection]) -> Outcome:
        """Try once more where a key is taken. An upsert that runs while another replica replaces the same row may see
        neither the old nor the new one: it inserts, and fails by a key that is not the id."""
        outcome = await self._once(job)
        return await self._once(job) if isinstance(outcome[1], UniqueTaken) else outcome

    async def _once(self, job: Job[asyncpg.Connection]) -> Outcome:
        try:
            self._refuse_damaged()
            return await job(await self._writing()), None
        except Damaged as error:
            return None, error
        except AWAY as error:
            self._drop_connection()
            return None, Unreachable(str(error) or type(error).__name__)
        except _BROKEN as error:
            self.note_damage(str(error))
            return None, Damaged(str(error))
        except (asyncpg.PostgresError, StaleVersion, TakenBack) as error:
            return None, translated(error)
        except Exception as error:  # noqa: BLE001 a defect in one unit must not end the writer of all
            self._drop_connection()
            return None, error

    async def _writing(self) -> asyncpg.Connection:
        if self._connection is None or self._connection.is_closed():
            connection = await asyncpg.connect(self.url, timeout=5, command_timeout=30)
            try:
                await _limit(connection, "idle_in_transaction_session_timeout")
            except BaseException:  # also one who is ended at this moment leaves no session behind
                connection.terminate()
                raise
            self._connection = connection
        return self._connection

    def _drop_connection(self) -> None:
        if self._connection is not None:
            self._connection.terminate()
            self._connection = None

    async def _listen_for_ever(self) -> None:
        """Nudge this replica when another one commits."""
        while True:
            with suppress(*AWAY):
                await self._listen()
            await asyncio.sleep(_RETRY_S)

    async def _listen(self) -> None:
        connection = await asyncpg.connect(self.url, timeout=5)
        try:
            await connection.add_listener("outbox", self._nudge_all)
            lost = asyncio.Event()
            connection.add_termination_listener(lambda _: lost.set())
            await lost.wait()
        finally:
            await _end(connection)

    def _nudge_all(self, *_: object) -> None:
        for nudge in self._writer.nudges:
            nudge()


async def _fetch_or_end(c: Any, text: str, params: Sequence[Any]) -> list[tuple[Any, ...]]:
    """A connection that was left in the middle of a query must not go back to the pool."""
    try:
        return await c.fetch(text, *params)  # type: ignore[no-any-return]
    except (asyncio.CancelledError, *AWAY):
        c.terminate()
        raise


async def _as_it_is(connection: asyncpg.Connection) -> None:
    """Reading leaves nothing in a session that would have to be reset: a round trip saved at every read."""


async def _limit(connection: asyncpg.Connection, setting: str) -> None:
    """Have the server end the session once it has been idle for too long."""
    await connection.execute(f"SET {setting} = {int(SILENT_S * 1000)}")


async def _beat(connection: asyncpg.Connection) -> None:
    """Send a sign of life as long as the process runs."""
    with suppress(*AWAY):
        while True:
            await asyncio.sleep(SILENT_S / 3)
            await connection.execute("SELECT 1", timeout=SILENT_S)


async def _end(connection: asyncpg.Connection) -> None:
    """Close in good order where the server still answers."""
    with suppress(*AWAY):
        await connection.close(timeout=CLOSING_S)


async def write(c: asyncpg.Connection, units: list[Unit]) -> None:
    parts = list(group.live_parts(units))
    if group.is_large(units) or any(part.guards or part.statements for part in parts):
        async with c.transaction():
            await _take_guards(c, group.guards(parts))
            await _write_rows_of(c, parts)
            await _write_outbox(c, units, {})
    else:
        await _write_outbox(c, units, group.rows_by_table(parts))


async def write_and_take_back(c: asyncpg.Connection, unit: Unit) -> None:
    """Raises TakenBack once all of it is written: the transaction leaves nothing."""
    async with c.transaction():
        if unit.separable:
            await write_separately(c, unit)
        else:
            await write(c, [unit])
        raise TakenBack


async def write_separately(c: asyncpg.Connection, unit: Unit) -> None:
    """Guards are taken once for the unit: a later part that holds the same one relied on the same reading."""
    async with c.transaction():
        await _take_guards(c, group.guards(unit.parts))
        failed: dict[str, int] = {}
        for i, part in enumerate(unit.parts):
            try:
                async with c.transaction():
                    group.refuse_what_builds_on(part, failed)
                    await _check_versions(c, part)
                    await _write_rows_of(c, [part])
            except (asyncpg.IntegrityConstraintViolationError, StaleVersion) as error:
                unit.failures[i] = translated(error)
                failed |= {e.aggregate_id: i for e in part.events}
        await _write_outbox(c, [unit], {})


async def _check_versions(c: asyncpg.Connection, part: Part) -> None:
    for e in part.events:
        is_taken = await c.fetchval(
            sql.numbered(sql.HAS_VERSION), e.aggregate_type, e.aggregate_id, e.aggregate_version
        )
        if is_taken:
            raise StaleVersion(e.aggregate_id)


async def _write_rows_of(c: asyncpg.Connection, parts: list[Part]) -> None:
    for mirror, rows in group.rows_by_table(parts).items():
        await _write_table(c, mirror, rows)
    for statement in group.statements_of(parts):
        await _run_statement(c, statement)


async def _write_table(c: asyncpg.Connection, mirror: Mirror, rows: list[tuple[Any, ...]]) -> None:
    """Many rows that are all at their first version are copied; where one of them stands already, they are merged."""
    if len(rows) >= COPIED and group.are_first_versions(mirror, rows):
        with suppress(asyncpg.UniqueViolationError):
            async with c.transaction():
                await c.copy_records_to_table(mirror.name, records=in_turns(rows), columns=mirror.columns)
            return
    for first in range(0, len(rows), LARGEST_MERGE):
        piece = rows[first : first + LARGEST_MERGE]
        await c.execute(sql.upsert_many(mirror), *_columns(piece, len(mirror.columns)))


async def _run_statement(c: asyncpg.Connection, statement: Statement) -> None:
    if statement.types and statement.rows:
        await _run_at_once(c, statement)
        return
    text = sql.numbered(statement.sql)
    if statement.expect is None:
        await c.executemany(text, statement.rows)
        return
    done = 0
    for row in statement.rows:
        done += int((await c.execute(text, *row)).rsplit(" ", 1)[-1])
    if done != statement.expect:
        raise StaleVersion(text)


async def _run_at_once(c: asyncpg.Connection, statement: Statement) -> None:
    """Many rows that are only added are copied, at half the cost; where some are there already, the statement says what
    becomes of them."""
    adding = sql.only_adding(statement.sql) if len(statement.rows) >= COPIED else None
    if adding:
        table, columns = adding
        with suppress(asyncpg.UniqueViolationError):
            async with c.transaction():
                await c.copy_records_to_table(table, records=statement.rows, columns=columns)
            return
    width = len(statement.types)
    await c.execute(sql.from_arrays(statement.sql, statement.types), *_columns(statement.rows, width))


async def _take_guards(c: asyncpg.Connection, versions: dict[str, int]) -> None:
    if not versions:
        return
    keys = list(versions)
    await c.execute(
        "INSERT INTO guard (key, version) SELECT k, 0 FROM unnest($1::text[]) AS k ON CONFLICT (key) DO NOTHING",
        keys,
    )
    rows = await c.fetch(
        "SELECT key, version FROM guard WHERE key = ANY($1::text[]) ORDER BY key FOR UPDATE", keys
    )
    group.check_guards(versions, {row[0]: row[1] for row in rows})
    await c.execute("UPDATE guard SET version = version + 1 WHERE key = ANY($1::text[])", keys)


async def _write_outbox(
    c: asyncpg.Connection, units: list[Unit], rows: dict[Mirror, list[tuple[Any, ...]]]
) -> None:
    """The events and the idempotency keys, with the rows that were not written before them."""
    keys = [row for row in map(group.idempotency_row, units) if row]
    n = group.count_events(units)
    if n >= group.LARGE and not rows:
        if keys:
            await c.execute(sql.insert_keys(), *_columns(keys, len(sql.IDEMPOTENCY)))
        last = await c.fetchval("UPDATE counter SET last = last + $1 RETURNING last", n)
        records = in_turns(group.outbox_rows(units, last - n + 1))
        await c.copy_records_to_table("outbox", records=records, columns=sql.OUTBOX)
        await c.execute("SELECT pg_notify('outbox', '')")
    elif n:
        tables = [_columns(written, len(mirror.columns)) for mirror, written in rows.items()]
        events = _columns(list(group.outbox_rows(units, 1)), len(sql.OUTBOX))[1:]
        arrays = chain(*tables, _columns(keys, len(sql.IDEMPOTENCY)), events)
        last = await c.fetchval(sql.commit_many(tuple(rows)), n, *arrays)
        _shift_positions(units, last - n)
    elif keys:
        await c.execute(sql.insert_keys(), *_columns(keys, len(sql.IDEMPOTENCY)))


def _columns(rows: Sequence[tuple[Any, ...]], width: int) -> list[list[Any]]:
    """Rows as one list per column."""
    return list(map(list, zip(*rows, strict=True))) if rows else [[] for _ in range(width)]


def _shift_positions(units: list[Unit], by: int) -> None:
    for unit in units:
        unit.positions = [[position + by for position in part] for part in unit.positions]


def translated(error: Exception) -> Exception:
    """The store's error for one of PostgreSQL."""
    if isinstance(error, asyncpg.UniqueViolationError):
        match = _KEY.search(error.detail or "")
        columns = tuple(name.strip(' "') for name in match[1].split(",")) if match else ()
        return group.meaning_of(UniqueTaken(error.table_name or "", columns))
    if isinstance(error, asyncpg.SerializationError | asyncpg.DeadlockDetectedError):
        return StaleVersion(str(error))
    return error

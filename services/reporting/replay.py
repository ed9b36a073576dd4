"""The projection computed again from the outboxes, beside the live one: to compare (verify) and to replace it
(rebuild).

Only the projection is replayed; reactions never run again. The scratch store is always an SQLite file: the
result does not depend on the database.
"""

import sqlite3
from collections.abc import AsyncGenerator, AsyncIterator, Iterable, Iterator, Sequence
from contextlib import aclosing, asynccontextmanager, closing
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from services.reporting.memo import REBUILDS
from services.reporting.service import SERVICE
from services.reporting.totals.contributions import MEASURES
from shared.base.settings import Settings
from shared.domain.kernel import Kernel
from shared.http.auth import Tokens
from shared.messaging.bus.embedded import EmbeddedBus, Reading, Sources, reading
from shared.messaging.inbox import Inbox
from shared.runtime.running import opened
from shared.store import Statement, Store, Unit
from shared.store.sql import types_of

CONSUMER = next(consumer for consumer in SERVICE.consumers if consumer.fold)

TABLES = {
    "history": ("aggregate_id", "version"),
    "current_state": ("aggregate_id",),
    "directory": ("aggregate_id",),
    "directory_person": ("person_id", "kind", "member", "aggregate_id"),
    "figures": ("project_id", "from_day"),
    "project_text": ("project_id", "search_text"),
    "measured_sum": ("project_id", "counts_from", "currency", "recorded_day"),
    "measured_span": (
        "project_id",
        "counts_from",
        "currency",
        "starts_on",
        "finishes_on",
        "recorded_day",
    ),
    "portfolio_limits": ("portfolio_id", "from_day"),
    "portfolio_difference": (
        "span",
        "starts",
        "portfolio_id",
        "stage",
        "currency",
        "health",
        "archived",
    ),
}
"""The projection's tables and their keys."""

SUMS_OF_TODAY = "portfolio_standing"
"""It follows from the differences, up to the day of the last fold: it is replaced with them, and not compared."""

REPLACED = (*TABLES, SUMS_OF_TODAY)

IGNORED = {"portfolio_difference": " AND ".join(f"{measure} = 0" for measure in MEASURES)}
"""Rows that tell nothing: what was added and taken back again leaves one, where both were told in one batch none."""

REBUILT = """
INSERT INTO sequence (name, last) VALUES (?, 1) ON CONFLICT (name) DO UPDATE SET last = sequence.last + 1
"""

ANOTHER_CLOCK = """
INSERT INTO totals_clock (id, day, changes, limits, portfolios) VALUES (1, ?, 1, 1, 1)
ON CONFLICT (id) DO UPDATE SET day = excluded.day, changes = totals_clock.changes + 1,
    limits = totals_clock.limits + 1, portfolios = totals_clock.portfolios + 1
"""

DAY_OF_SUMS = "SELECT day FROM totals_clock"

MARKS = "SELECT topic, partition, epoch, position, next_offset FROM inbox_position WHERE consumer = ?"
MARK = """
INSERT INTO inbox_position (consumer, topic, partition, epoch, position, next_offset) VALUES (?, ?, ?, ?, ?, ?)
"""

PAGE = 2_000
CHUNK = 2_000
COMPARED = 1_000
"""Rows that are read at once of each side; a state may have 64 KiB."""


@dataclass
class Replay:
    """A projection of its own, which can be brought up to date with the outboxes again and again."""

    kernel: Kernel
    inbox: Inbox
    readings: Sequence[Reading]
    events: int = 0

    async def catch_up(self) -> None:
        """Fold what the outboxes hold beyond what was folded."""
        for outbox in self.readings:
            while records := await outbox.page():
                await self.inbox.take(records)
                self.events += len(records)


@asynccontextmanager
async def replaying(settings: Settings, sources: Sources) -> AsyncIterator[Replay]:
    """An empty projection in a temporary folder."""
    with TemporaryDirectory(prefix="portolan-replay-") as folder:
        scratch = settings.model_copy(update={"data": Path(folder), "database_url": ""})
        async with opened(SERVICE, scratch, Tokens(scratch)) as one:
            await one.kernel.store.fetch("PRAGMA cache_size = -8000")  # or it holds what it has read once
            inbox = Inbox(one.kernel, EmbeddedBus(sources), CONSUMER)
            async with reading(sources, CONSUMER.topics, PAGE) as readings:
                yield Replay(one.kernel, inbox, readings)


@dataclass(frozen=True, slots=True)
class Difference:
    """A row that is not the same in both: `only` says where it stands alone, or that it differs."""

    table: str
    key: tuple[Any, ...]
    only: str


async def compare(live: Store, replayed: Store) -> list[Difference]:
    """Every row of the projection that is missing, extra or different in the live store, in the order of the keys.

    Both are read a page at a time, in the order of their keys, and compared. The memory this needs does not
    grow with the tables.
    """
    differences: list[Difference] = []
    for table, key in TABLES.items():
        async with (
            aclosing(_digests(live, table, key)) as have,
            aclosing(_digests(replayed, table, key)) as want,
        ):
            differences += [difference async for difference in _unlike(table, have, want)]
    return differences


Digests = AsyncIterator[tuple[tuple[Any, ...], bytes]]
"""(key, digest of the rest) of the rows of a table, in the order of their keys."""


async def _unlike(table: str, have: Digests, want: Digests) -> AsyncIterator[Difference]:
    live, replayed = await anext(have, None), await anext(want, None)
    while live is not None or replayed is not None:
        if replayed is None or (live is not None and live[0] < replayed[0]):
            assert live is not None
            yield Difference(table, live[0], "live")
            live = await anext(have, None)
        elif live is None or replayed[0] < live[0]:
            yield Difference(table, replayed[0], "replayed")
            replayed = await anext(want, None)
        else:
            if live[1] != replayed[1]:
                yield Difference(table, live[0], "differs")
            live, replayed = await anext(have, None), await anext(want, None)


def telling(table: str) -> str:
    """The condition of the rows of a table that tell something."""
    return f"NOT ({IGNORED[table]})" if table in IGNORED else "1 = 1"


def columns_of(table: str) -> list[str]:
    return [c.name for c in SERVICE.metadata.tables[table].columns]


async def _digests(
    store: Store, table: str, key: Sequence[str]
) -> AsyncGenerator[tuple[tuple[Any, ...], bytes], None]:
    """Keys are ids, compared byte by byte in both databases, and numbers: both sort them as Python does."""
    keys, rest = ", ".join(key), [c for c in columns_of(table) if c not in key]
    reached: tuple[Any, ...] = ()
    while True:
        beyond = f" AND ({keys}) > ({', '.join('?' * len(key))})" if reached else ""
        rows = await store.fetch(
            f"SELECT {', '.join([*key, *rest])} FROM {table} WHERE {telling(table)}{beyond}"
            f" ORDER BY {keys} LIMIT {COMPARED}",
            reached,
        )
        for row in rows:
            yield tuple(row[: len(key)]), _digest(row[len(key) :])
        if len(rows) < COMPARED:
            return
        reached = tuple(rows[-1][: len(key)])


def _digest(values: Iterable[Any]) -> bytes:
    return sha256(repr(tuple(values)).encode()).digest()


async def verified(live: Store, replay: Replay, rounds: int = 5) -> list[Difference]:
    """What still differs when both have caught up; rows in motion get another look."""
    differences: list[Difference] = []
    for _ in range(rounds):
        await replay.catch_up()
        differences = await compare(live, replay.kernel.store)
        if not differences:
            return []
    return differences


async def flip(live: Store, replay: Replay) -> None:
    """Replace the live projection by the replayed one, in one transaction; its consumer continues from there.

    Its rows are read while they are written, a chunk at a time. On SQLite the WAL, which has grown by all of it, is
    emptied afterwards.
    """
    with closing(sqlite3.connect(_path_of(replay))) as scratch:
        await live.commit(await _flipping(live, replay, scratch))
    if live.dialect == "sqlite":
        await live.fetch("PRAGMA wal_checkpoint(TRUNCATE)")


def _path_of(replay: Replay) -> str:
    return replay.kernel.settings.store_url(SERVICE.name).removeprefix("sqlite:///")


async def _flipping(live: Store, replay: Replay, scratch: sqlite3.Connection) -> Unit:
    unit = Unit()
    statements = unit.parts[0].statements
    for table in REPLACED:
        statements.append(Statement(f"DELETE FROM {table}", [()]))
        statements.extend(copied(scratch, table))
    statements.extend(clock_at(scratch.execute(DAY_OF_SUMS).fetchall()))
    statements.append(Statement("DELETE FROM inbox_position WHERE consumer = ?", [(CONSUMER.name,)]))
    replayed = [
        (topic, partition, epoch, position)
        for topic, partition, epoch, position, _ in await replay.kernel.store.fetch(MARKS, (CONSUMER.name,))
    ]
    marks = [(CONSUMER.name, *mark) for mark in await marks_for(live, replayed)]
    statements.append(Statement(MARK, marks))
    for table in ("dead_letter", "parked"):
        statements.append(Statement(f"DELETE FROM {table} WHERE consumer = ?", [(CONSUMER.name,)]))
        statements.extend(copied(scratch, table))
    statements.append(Statement(REBUILT, [(REBUILDS,)]))
    return unit


def clock_at(day: Sequence[tuple[Any, ...]]) -> list[Statement]:
    """The day of the sums that are put in place; whoever folds or answers by what stood before begins again."""
    return [
        Statement("UPDATE figures_turn SET folds = folds + 1", [()]),
        Statement(ANOTHER_CLOCK, day),
    ]


Position = tuple[str, int, int, int]
"""Topic, partition, epoch, and the last position of it."""


async def marks_for(live: Store, reached: Iterable[Position]) -> list[tuple[str, int, int, int, int]]:
    """Marks where a replay of the outboxes ended, with offsets of the topics that the live consumer reads.

    Where the live one has come no further, it reads on from its offset, else from the start; what it has is skipped.
    """
    stood = {
        (topic, partition): (epoch, position, offset)
        for topic, partition, epoch, position, offset in await live.fetch(MARKS, (CONSUMER.name,))
    }
    marks = []
    for topic, partition, epoch, position in reached:
        live_epoch, live_position, offset = stood.get((topic, partition), (epoch, 0, 0))
        is_same = live_epoch == epoch and live_position <= position
        marks.append((topic, partition, epoch, position, offset if is_same else 0))
    return marks


class Chunk(Sequence[tuple[Any, ...]]):
    """Some rows of a table of the scratch store, read again at each access."""

    def __init__(self, scratch: sqlite3.Connection, table: str, after: int, until: int) -> None:
        self._scratch = scratch
        self._from = f"FROM {table} WHERE rowid > {after} AND rowid <= {until}"
        self._columns = ", ".join(columns_of(table))

    def __iter__(self) -> Iterator[tuple[Any, ...]]:
        return iter(self._scratch.execute(f"SELECT {self._columns} {self._from} ORDER BY rowid"))

    def __len__(self) -> int:
        return int(self._scratch.execute(f"SELECT COUNT(*) {self._from}").fetchone()[0])

    def __getitem__(self, index: Any) -> Any:
        return list(self)[index]


def copied(scratch: sqlite3.Connection, table: str) -> list[Statement]:
    """Statements that add all rows of the scratch store's table, read as they are written."""
    columns = columns_of(table)
    text = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"
    types = types_of(SERVICE.metadata.tables[table], columns)
    [last] = scratch.execute(f"SELECT COALESCE(MAX(rowid), 0) FROM {table}").fetchone()
    return [
        Statement(text, Chunk(scratch, table, after, after + CHUNK), types=types)
        for after in range(0, last, CHUNK)
    ]

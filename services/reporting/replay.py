"""The projection made anew from the outboxes, beside the live one: to compare (verify) and to replace it (rebuild).

Only the projection is replayed; reactions never run again. The scratch store is an SQLite file, whatever the live one
is: the fold's result does not depend on the database.
"""

from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from services.reporting.memo import REBUILDS
from services.reporting.service import SERVICE
from shared.base.settings import Settings
from shared.domain.kernel import Kernel
from shared.http.auth import Tokens
from shared.messaging.bus.embedded import EmbeddedBus, Reading, Sources, reading
from shared.messaging.inbox import Inbox
from shared.runtime.running import opened
from shared.store import Statement, Store, Unit
from shared.store.sql import types_of

[CONSUMER] = SERVICE.consumers

TABLES = {
    "history": ("aggregate_id", "version"),
    "current_state": ("aggregate_id",),
    "figures": ("project_id", "from_day"),
}
"""The projection's tables and their keys."""

REBUILT = """
INSERT INTO sequence (name, last) VALUES (?, 1) ON CONFLICT (name) DO UPDATE SET last = sequence.last + 1
"""

MARKS = "SELECT topic, partition, epoch, position, next_offset FROM inbox_position WHERE consumer = ?"
MARK = """
INSERT INTO inbox_position (consumer, topic, partition, epoch, position, next_offset) VALUES (?, ?, ?, ?, ?, ?)
"""

PAGE = 2_000
CHUNK = 5_000


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
    """Every row of the projection that is missing, extra or different in the live store."""
    found: list[Difference] = []
    for table, key in TABLES.items():
        have, want = await _digests(live, table, key), await _digests(replayed, table, key)
        found += [Difference(table, k, "replayed") for k in want.keys() - have.keys()]
        found += [Difference(table, k, "live") for k in have.keys() - want.keys()]
        found += [Difference(table, k, "differs") for k in have.keys() & want.keys() if have[k] != want[k]]
    return sorted(found, key=lambda d: (d.table, d.key))


def columns_of(table: str) -> list[str]:
    return [c.name for c in SERVICE.metadata.tables[table].columns]


async def _digests(store: Store, table: str, key: Sequence[str]) -> dict[tuple[Any, ...], bytes]:
    rest = [c for c in columns_of(table) if c not in key]
    rows = await store.fetch(f"SELECT {', '.join([*key, *rest])} FROM {table}")
    return {tuple(row[: len(key)]): _digest(row[len(key) :]) for row in rows}


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
    """Put the replayed projection in the place of the live one, in one transaction; its consumer goes on from there."""
    unit = Unit()
    statements = unit.parts[0].statements
    for table in TABLES:
        statements.append(Statement(f"DELETE FROM {table}", [()]))
        statements.extend(await _copied(replay.kernel.store, table, columns_of(table)))
    statements.append(Statement("DELETE FROM inbox_position WHERE consumer = ?", [(CONSUMER.name,)]))
    statements.append(Statement(MARK, await _marks(live, replay.kernel.store)))
    for table in ("dead_letter", "parked"):
        statements.append(Statement(f"DELETE FROM {table} WHERE consumer = ?", [(CONSUMER.name,)]))
        statements.extend(await _copied(replay.kernel.store, table, columns_of(table)))
    statements.append(Statement(REBUILT, [(REBUILDS,)]))
    await live.commit(unit)


async def _marks(live: Store, replayed: Store) -> list[tuple[Any, ...]]:
    """The replay's marks, with offsets of the topics that the live consumer reads: the replay read outboxes.

    Where the live one has come no further, it reads on from its offset, else from the start; what it has is skipped.
    """
    stood = {
        (topic, partition): (epoch, position, offset)
        for topic, partition, epoch, position, offset in await live.fetch(MARKS, (CONSUMER.name,))
    }
    marks = []
    for topic, partition, epoch, position, _ in await replayed.fetch(MARKS, (CONSUMER.name,)):
        live_epoch, live_position, offset = stood.get((topic, partition), (epoch, 0, 0))
        known = live_epoch == epoch and live_position <= position
        marks.append((CONSUMER.name, topic, partition, epoch, position, offset if known else 0))
    return marks


async def _copied(store: Store, table: str, columns: Sequence[str]) -> list[Statement]:
    rows = [tuple(row) for row in await store.fetch(f"SELECT {', '.join(columns)} FROM {table}")]
    text = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"
    types = types_of(SERVICE.metadata.tables[table], columns)
    return [Statement(text, rows[i : i + CHUNK], types=types) for i in range(0, len(rows), CHUNK)]

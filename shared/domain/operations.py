"""What takes long: a row that says what is to be done, who does it until when, how far it is, and how it ended.

    queued -> running -> succeeded | failed        a lease that nobody renews makes it queued again,
      └───────┴-> cancelled                        but not for ever: then it has failed

Several replicas take turns: each takes the oldest row that nobody holds (`SKIP LOCKED` on PostgreSQL; SQLite has one
process). Leases go by the clock of the database, because the clocks of machines disagree. Only who holds the lease can
end the row, and what a result brings is written in that commit.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from shared.base.clock import DAY_US, machine_micros
from shared.base.errors import Conflict, IllegalMove, NotFound
from shared.base.ids import new_id_text
from shared.base.texts import Text
from shared.domain.work import Work
from shared.store import Store
from shared.store.outbox import Origin

OPEN = ("queued", "running")
ENDED = ("succeeded", "failed", "cancelled")
MOST_ATTEMPTS = 3
"""A job whose worker died so often is not begun again."""
MEMBERS = (
    "id", "kind", "asker", "state", "progress", "step", "created_at", "started_at", "ended_at", "expires_at", "problem",
)  # fmt: skip
"""The columns that its owner is shown, in this order."""

_NOW = {
    "sqlite": "CAST((julianday('now') - 2440587.5) * 86400000000 AS INTEGER)",
    "postgresql": "CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS bigint)",
}
"""Microseconds since 1970, by the clock of the database."""
_SKIPPING = {"sqlite": "", "postgresql": " FOR UPDATE SKIP LOCKED"}

Conclude = Callable[[Work, str, bytes], Awaitable[None]]
"""What a result brings beside itself: saves aggregates in the unit that ends the operation. It is given the operation's
id and the result, compressed. Nobody's rights are asked again: what is needed was asked when the operation was begun."""


Prepare = Callable[[Work, bytes], Awaitable[bytes]]
"""Makes of what was asked in short what the worker is given, when it is begun: a unit that only reads. A refusal ends it."""


@dataclass(frozen=True)
class OperationKind:
    """A kind of operation, declared by the service that offers it."""

    name: str
    computation: str
    """`module:NAME` of the `Computation`, which only workers and documents import."""
    result: str
    """The name of the shape that the computation gives."""
    conclude: Conclude | None = None
    prepare: Prepare | None = None


@dataclass
class LongWork:
    """What this process is told at once, where another one has to look."""

    waiting: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when there may be something to begin."""
    cancelled: dict[str, asyncio.Event] = field(default_factory=dict)
    """The operations that run in this process; the event is set where one was cancelled."""

    def note(self, id: str) -> None:
        """One was begun or cancelled here."""
        if id in self.cancelled:
            self.cancelled[id].set()
        else:
            self.waiting.set()


@dataclass(frozen=True)
class Claimed:
    """An operation that this process holds."""

    id: str
    kind: str
    attempts: int
    origin: str
    holder: str
    created_at: int
    content: bytes = field(repr=False)


@dataclass(frozen=True)
class Limits:
    """How many may be open."""

    of_asker: int
    of_all: int


async def is_full(store: Store, asker: str, limits: Limits) -> bool:
    """Whether the asker, or all together, have as many open operations as are allowed."""
    rows = await store.fetch(
        "SELECT COUNT(*), COALESCE(SUM(CASE WHEN asker = ? THEN 1 ELSE 0 END), 0) FROM operation"
        " WHERE ended_at IS NULL",
        (asker,),
    )
    return bool(rows[0][0] >= limits.of_all or rows[0][1] >= limits.of_asker)


def enqueue(work: Work, kind: OperationKind, asker: str, content: bytes) -> tuple[Any, ...]:
    """Stage a new row; answers what its owner is shown of it. `content` is the input, compressed."""
    id, at = new_id_text(), machine_micros()
    work.add_statement(
        "INSERT INTO operation (id, kind, asker, origin, state, progress, step, attempts, created_at, input)"
        " VALUES (?, ?, ?, ?, 'queued', 0, '', 0, ?, ?)",
        [(id, kind.name, asker, work.origin.to_json(), at, content)],
    )
    return (id, kind.name, asker, "queued", 0, "", at, None, None, None, None)


_BYTES = {"sqlite": "BLOB", "postgresql": "bytea"}
_LOCKING = {"sqlite": "", "postgresql": " FOR UPDATE"}
"""Nobody begins the one that waits before this unit is written: what it reads then holds what the unit writes."""


def enqueue_once(work: Work, kind: OperationKind, asker: str, content: bytes) -> None:
    """Stage a new row, unless one of the same asker waits: it will find what this unit writes."""
    dialect = work.store.dialect
    work.add_statement(
        "INSERT INTO operation (id, kind, asker, origin, state, progress, step, attempts, created_at, input)"
        " SELECT CAST(? AS text), CAST(? AS text), CAST(? AS text), CAST(? AS text), 'queued', 0, '', 0,"
        f" CAST(? AS bigint), CAST(? AS {_BYTES[dialect]}) WHERE NOT EXISTS"
        f" (SELECT 1 FROM operation WHERE asker = ? AND kind = ? AND state = 'queued'{_LOCKING[dialect]})",
        [
            (
                new_id_text(),
                kind.name,
                asker,
                work.origin.to_json(),
                machine_micros(),
                content,
                asker,
                kind.name,
            )
        ],
    )


async def read_one(store: Store, id: str, asker: str) -> tuple[Any, ...]:
    """What its owner is shown; NotFound for anybody else."""
    rows = await store.fetch(
        f"SELECT {', '.join(MEMBERS)} FROM operation WHERE id = ? AND asker = ?", (id, asker)
    )
    if not rows:
        raise NotFound(Text("there is no operation {id}", id=id))
    return rows[0]


async def read_result(store: Store, id: str, asker: str) -> bytes:
    """The result, compressed; Conflict where there is none, or not yet."""
    rows = await store.fetch("SELECT state, result FROM operation WHERE id = ? AND asker = ?", (id, asker))
    if not rows:
        raise NotFound(Text("there is no operation {id}", id=id))
    state, result = rows[0]
    if state in OPEN:
        raise Conflict(
            "the operation has not ended; its result is not there yet",
            code="operation_not_ended",
            headers={"Retry-After": "1"},
            state=state,
        )
    if result is None:
        raise Conflict(_WITHOUT_RESULT[state], code="operation_without_result", state=state)
    return bytes(result)


_WITHOUT_RESULT = {
    "failed": Text("the operation has failed; its problem says why"),
    "cancelled": Text("the operation was cancelled"),
}


async def cancel(work: Work, id: str, asker: str, days: int) -> tuple[Any, ...]:
    """Stage its end, whoever computes it; IllegalMove where it has ended already."""
    one = dict(zip(MEMBERS, await read_one(work.store, id, asker), strict=True))
    if one["state"] not in OPEN:
        raise IllegalMove(
            "the operation has ended, so it cannot be cancelled",
            state=one["state"],
            allowed_moves=[],
        )
    at = machine_micros()
    one |= {"state": "cancelled", "ended_at": at, "expires_at": at + days * DAY_US}
    work.add_statement(
        "UPDATE operation SET state = 'cancelled', ended_at = ?, expires_at = ?, input = NULL, holder = NULL,"
        " lease_until = NULL WHERE id = ? AND ended_at IS NULL",
        [(at, one["expires_at"], id)],
        expect=1,
    )
    return tuple(one.values())


async def count_waiting(store: Store) -> int:
    """How many could be claimed."""
    return int((await store.fetch(f"SELECT COUNT(*) FROM operation WHERE {_claimable(store)}"))[0][0])


def _claimable(store: Store) -> str:
    return f"ended_at IS NULL AND (state = 'queued' OR lease_until < {_NOW[store.dialect]})"


async def claim(store: Store, holder: str, lease_s: float) -> Claimed | None:
    """Hold the oldest that nobody holds."""
    rows = await store.run(
        "UPDATE operation SET state = 'running', holder = ?, attempts = attempts + 1, progress = 0, step = '',"
        f" lease_until = {_NOW[store.dialect]} + ?, started_at = COALESCE(started_at, ?) WHERE id = (SELECT id FROM"
        f" operation WHERE {_claimable(store)} ORDER BY id LIMIT 1{_SKIPPING[store.dialect]})"
        " RETURNING id, kind, attempts, origin, holder, created_at, input",
        (holder, int(lease_s * 1_000_000), machine_micros()),
    )
    return Claimed(*rows[0]) if rows else None


async def renew(store: Store, claimed: Claimed, lease_s: float, progress: int, step: str) -> bool:
    """Hold it for longer, and say how far it is (thousandths); whether it was held still."""
    rows = await store.run(
        f"UPDATE operation SET lease_until = {_NOW[store.dialect]} + ?, progress = ?, step = ?"
        f" WHERE {_IS_HELD} RETURNING id",
        (int(lease_s * 1_000_000), progress, step, claimed.id, claimed.holder, claimed.attempts),
    )
    return bool(rows)


_IS_HELD = "id = ? AND holder = ? AND attempts = ? AND state = 'running'"


async def give_back(store: Store, claimed: Claimed, *, counts: bool) -> None:
    """Let somebody begin it again; `counts` where its worker died of it."""
    await store.run(
        "UPDATE operation SET state = 'queued', holder = NULL, lease_until = NULL, progress = 0, step = '',"
        f" attempts = attempts - ? WHERE {_IS_HELD} RETURNING id",
        (0 if counts else 1, claimed.id, claimed.holder, claimed.attempts),
    )


def end(work: Work, claimed: Claimed, days: int, result: bytes | None, problem: str | None) -> None:
    """Stage the end of what is claimed: the commit fails with StaleVersion where it is not held any more."""
    at = machine_micros()
    state, progress = ("succeeded", 1000) if problem is None else ("failed", None)
    work.add_statement(
        "UPDATE operation SET state = ?, progress = COALESCE(?, progress), ended_at = ?, expires_at = ?, result = ?,"
        f" problem = ?, input = NULL, holder = NULL, lease_until = NULL WHERE {_IS_HELD}",
        [
            (
                state,
                progress,
                at,
                at + days * DAY_US,
                result,
                problem,
                claimed.id,
                claimed.holder,
                claimed.attempts,
            )
        ],
        expect=1,
    )


def origin_of(claimed: Claimed) -> Origin:
    """Who asked, as events tell it."""
    members: dict[str, str] = json.loads(f"{{{claimed.origin}}}")
    names = dict(zip(Origin.__struct_encode_fields__, Origin.__struct_fields__, strict=True))
    return Origin(**{names[name]: value for name, value in members.items()})

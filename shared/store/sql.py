"""The statements of the write path: made once per table and dialect, then only filled."""

import re
from functools import cache

from sqlalchemy import Float, Integer

from shared.columns import Mirror

OUTBOX = (
    "position",
    "event_id",
    "topic",
    "partition",
    "aggregate_type",
    "aggregate_id",
    "aggregate_version",
    "type",
    "key",
    "payload",
    "headers",
    "effective_at",
    "recorded_at",
)

HAS_VERSION = "SELECT 1 FROM outbox WHERE aggregate_type = ? AND aggregate_id = ? AND aggregate_version = ?"

INSERT_IDEMPOTENCY = (
    "INSERT INTO idempotency (principal, route, key, body_hash, answer, created_at) VALUES (?, ?, ?, ?, ?, ?)"
)


@cache
def upsert(mirror: Mirror) -> str:
    """Write a row of an aggregate; that the version is the next one is what the outbox's unique key checks."""
    names = ", ".join(mirror.columns)
    marks = ", ".join("?" * len(mirror.columns))
    return f"INSERT INTO {mirror.name} ({names}) VALUES ({marks}) {on_conflict(mirror)}"


@cache
def on_conflict(mirror: Mirror) -> str:
    changed = ", ".join(f"{c} = excluded.{c}" for c in mirror.columns if c not in ("id", "created_at"))
    return f"ON CONFLICT (id) DO UPDATE SET {changed}"


@cache
def numbered(sql: str) -> str:
    """`?` placeholders as PostgreSQL's `$1, $2 …`."""
    head, *tail = sql.split("?")
    return head + "".join(f"${i}{part}" for i, part in enumerate(tail, 1))


_VALUES = re.compile(r"VALUES \([?, ]+\)")


@cache
def from_arrays(text: str, types: tuple[str, ...]) -> str:
    """An INSERT … VALUES (?, …) that takes an array per column instead of a row."""
    arrays = ", ".join(f"${i}::{kind}[]" for i, kind in enumerate(types, 1))
    return _VALUES.sub(f"SELECT * FROM unnest({arrays})", text)


def _array_type(mirror: Mirror, column: str) -> str:
    kind = mirror.table.columns[column].type
    if isinstance(kind, Float):
        return "float8[]"
    return "bigint[]" if isinstance(kind, Integer) else "text[]"


@cache
def upsert_many(mirror: Mirror) -> str:
    """The same for many rows at once on PostgreSQL: one array per column."""
    names = ", ".join(mirror.columns)
    arrays = ", ".join(f"${i}::{_array_type(mirror, c)}" for i, c in enumerate(mirror.columns, 1))
    return f"INSERT INTO {mirror.name} ({names}) SELECT * FROM unnest({arrays}) {on_conflict(mirror)}"


INSERT_IDEMPOTENCY_MANY = (
    "INSERT INTO idempotency (principal, route, key, body_hash, answer, created_at)"
    " SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bigint[])"
)

_OUTBOX_TYPES = {
    "partition": "int",
    "aggregate_version": "bigint",
    "effective_at": "bigint",
    "recorded_at": "bigint",
}

INSERT_OUTBOX_MANY = """
WITH drawn AS (UPDATE counter SET last = last + $1 RETURNING last),
written AS (
    INSERT INTO outbox ({names})
    SELECT drawn.last - $1 + e.n, {values}
    FROM drawn, unnest({arrays}) WITH ORDINALITY AS e({columns}, n)
)
SELECT last, pg_notify('outbox', '') FROM drawn
""".format(
    names=", ".join(OUTBOX),
    values=", ".join(f"e.{c}" for c in OUTBOX[1:]),
    arrays=", ".join(f"${i}::{_OUTBOX_TYPES.get(c, 'text')}[]" for i, c in enumerate(OUTBOX[1:], 2)),
    columns=", ".join(OUTBOX[1:]),
)
"""Draws the positions and writes the events in one statement, so that the counter's row is held for one round trip."""

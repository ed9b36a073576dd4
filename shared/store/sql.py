"""The statements of the write path: made once per table and dialect, then only filled."""

import re
from collections.abc import Iterable
from functools import cache, lru_cache
from typing import Any

from sqlalchemy import Float, Integer, Table
from sqlalchemy.types import TypeEngine

from shared.store.columns import Mirror

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
    "scope",
)

HAS_VERSION = "SELECT 1 FROM outbox WHERE aggregate_type = ? AND aggregate_id = ? AND aggregate_version = ?"

IDEMPOTENCY = ("principal", "route", "key", "body_hash", "answer", "created_at")

INSERT_IDEMPOTENCY = (
    f"INSERT INTO idempotency ({', '.join(IDEMPOTENCY)}) VALUES ({', '.join('?' * len(IDEMPOTENCY))})"
)


@cache
def document(table: str) -> str:
    return f"SELECT document, version, effective_at FROM {table} WHERE id = ?"


@cache
def documents(table: str) -> str:
    """The same of many rows on PostgreSQL, each with its id."""
    return f"SELECT id, document, version, effective_at FROM {table} WHERE id = ANY($1::text[])"


@cache
def upsert(mirror: Mirror) -> str:
    """Write a row of an aggregate; that the version is the next one is what the outbox's unique key checks."""
    names = ", ".join(mirror.columns)
    marks = ", ".join("?" * len(mirror.columns))
    return f"INSERT INTO {mirror.name} ({names}) VALUES ({marks}) {on_conflict(mirror)}"


@lru_cache(maxsize=4096)
def update(mirror: Mirror, changed: tuple[int, ...]) -> str:
    """Write these columns of a row that stands; its id is the last parameter."""
    names = ", ".join(f"{mirror.columns[place]} = ?" for place in changed)
    return f"UPDATE {mirror.name} SET {names} WHERE id = ?"


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
_INSERT = re.compile(
    r"\s*INSERT INTO (\w+) \(([\w,\s]+)\)\s*VALUES \([?, ]+\)(\s*ON CONFLICT \(.+\) DO NOTHING)?\s*"
)


@cache
def from_arrays(text: str, types: tuple[str, ...]) -> str:
    """A statement over VALUES (?, …) that takes an array per column instead of a row."""
    return _VALUES.sub(f"SELECT * FROM unnest({_arrays(types, 1)})", text)


@cache
def only_adding(text: str) -> tuple[str, tuple[str, ...]] | None:
    """The table and columns of an INSERT … VALUES that changes no row which is there; None of any other statement."""
    match = _INSERT.fullmatch(text)
    return (match[1], tuple(name.strip() for name in match[2].split(","))) if match else None


def _arrays(types: Iterable[str], first: int) -> str:
    """The parameters of as many arrays, numbered from `first` on."""
    return ", ".join(f"${i}::{kind}[]" for i, kind in enumerate(types, first))


def types_of(table: Table, columns: Iterable[str]) -> tuple[str, ...]:
    """What PostgreSQL calls the types of these columns."""
    return tuple(_type(table.columns[column].type) for column in columns)


def _type(kind: TypeEngine[Any]) -> str:
    if isinstance(kind, Float):
        return "float8"
    return "bigint" if isinstance(kind, Integer) else "text"


@cache
def upsert_many(mirror: Mirror, first: int = 1) -> str:
    """The same for many rows at once on PostgreSQL: one array per column."""
    names = ", ".join(mirror.columns)
    arrays = _arrays(types_of(mirror.table, mirror.columns), first)
    return f"INSERT INTO {mirror.name} ({names}) SELECT * FROM unnest({arrays}) {on_conflict(mirror)}"


@cache
def insert_keys(first: int = 1) -> str:
    """Many idempotency keys at once on PostgreSQL."""
    arrays = _arrays(("text", "text", "text", "text", "text", "bigint"), first)
    return f"INSERT INTO idempotency ({', '.join(IDEMPOTENCY)}) SELECT * FROM unnest({arrays})"


_OUTBOX_TYPES = {
    "partition": "int",
    "aggregate_version": "bigint",
    "effective_at": "bigint",
    "recorded_at": "bigint",
}


@cache
def commit_many(mirrors: tuple[Mirror, ...]) -> str:
    """Rows of these tables, idempotency keys and events as one statement, and so in one round trip, on PostgreSQL.

    $1 is the number of events, then come the arrays: of each table, of the keys, of the outbox but its position. The
    counter's row, for which every other writer waits, is taken last: what goes before is counted in its condition.
    """
    before, at = {}, 2
    for n, mirror in enumerate(mirrors):
        before[f"rows_{n}"] = upsert_many(mirror, at)
        at += len(mirror.columns)
    before["keys"] = insert_keys(at)
    at += len(IDEMPOTENCY)
    written = ", ".join(f"{name} AS ({text} RETURNING 1)" for name, text in before.items())
    done = " + ".join(f"(SELECT count(*) FROM {name})" for name in before)
    columns = OUTBOX[1:]
    arrays = _arrays((_OUTBOX_TYPES.get(c, "text") for c in columns), at)
    return f"""
WITH {written},
drawn AS (UPDATE counter SET last = last + $1 WHERE {done} >= 0 RETURNING last),
events AS (
    INSERT INTO outbox ({", ".join(OUTBOX)})
    SELECT drawn.last - $1 + e.n, {", ".join(f"e.{c}" for c in columns)}
    FROM drawn, unnest({arrays}) WITH ORDINALITY AS e({", ".join(columns)}, n)
)
SELECT last, pg_notify('outbox', '') FROM drawn
"""

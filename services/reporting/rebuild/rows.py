"""A row of history from a row of an outbox; of the event itself, only what no column holds is decoded."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import msgspec

from services.reporting.history.projection import project_of
from shared.contracts.envelope import Change
from shared.contracts.language import EVENT_TYPES
from shared.messaging.bus.embedded import marks_of
from shared.store import Store

HISTORY = (
    "aggregate_id",
    "version",
    "aggregate_type",
    "project_id",
    "event_id",
    "type",
    "actor",
    "effective_at",
    "recorded_at",
    "changed",
    "fact",
    "state",
    "scope",
)
"""The columns of what `history_row` answers."""


class OutboxRow(NamedTuple):
    """One event as the outbox holds it."""

    position: int
    event_id: str
    type: str
    aggregate_id: str
    aggregate_version: int
    key: str
    headers: str
    payload: str
    effective_at: int
    recorded_at: int
    scope: str | None


class _Headers(msgspec.Struct):
    authid: str


_HEADERS = msgspec.json.Decoder(_Headers).decode
_CHANGE = msgspec.json.Decoder(Change).decode


async def read_rows(
    store: Store, topics: Sequence[str], after: int, until: int, limit: int
) -> list[tuple[Any, ...]]:
    """The next events up to position `until`, as tuples in the order of OutboxRow."""
    return await store.fetch(
        f"SELECT {', '.join(OutboxRow._fields)} FROM outbox"
        f" WHERE position > ? AND position <= ? AND topic || '' IN ({marks_of(topics)})"
        f" ORDER BY position LIMIT {int(limit)}",
        (after, until, *topics),
    )


def history_row(row: Sequence[Any]) -> tuple[Any, ...] | None:
    """What the fold of a single event stores; None where this version does not know its type."""
    _, event_id, kind, aggregate_id, version, key, headers, payload, effective_at, recorded_at, scope = row
    declared = EVENT_TYPES.get(kind)
    if declared is None:
        return None
    entry = declared[0]
    change = _CHANGE(payload)
    state = bytes(change.state).decode()
    return (
        aggregate_id,
        version,
        entry.name,
        project_of(entry, aggregate_id, key, state),
        event_id,
        kind,
        _HEADERS(headers).authid,
        effective_at,
        recorded_at,
        ",".join(change.changed),
        bytes(change.fact).decode(),
        state,
        scope,
    )

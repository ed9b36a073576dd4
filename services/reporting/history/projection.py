"""The fold into history and current state: plain upserts, so any order of topics and any repetition ends the same.

An event that erases a person makes the kept versions forget them, so that a day of the past tells of nobody either.
"""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple, cast

import msgspec

from shared.contracts.language import EVENT_TYPES, AggregateType, Erasable
from shared.domain.erasure import redacted_state
from shared.domain.work import Work
from shared.messaging.bus import Record
from shared.messaging.forgetting import erasing

HISTORY = """
INSERT INTO history (aggregate_id, version, aggregate_type, project_id, event_id, type, actor, effective_at,
    recorded_at, changed, fact, state, scope)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (aggregate_id, version) DO NOTHING
"""

HISTORY_TYPES = (
    "text",
    "bigint",
    "text",
    "text",
    "text",
    "text",
    "text",
    "bigint",
    "bigint",
    "text",
    "text",
    "text",
    "text",
)

CURRENT = """
INSERT INTO current_state (aggregate_id, aggregate_type, project_id, version, effective_at, state, scope)
VALUES (?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (aggregate_id) DO UPDATE SET version = excluded.version, effective_at = excluded.effective_at,
    state = excluded.state, scope = excluded.scope
WHERE excluded.version > current_state.version
"""


CURRENT_TYPES = ("text", "text", "text", "bigint", "bigint", "text", "text")

CURRENT_OF = """
SELECT aggregate_id, version, effective_at, CASE WHEN aggregate_type IN ({types}) THEN state END
FROM current_state WHERE aggregate_id IN ({marks})
"""

VERSIONS_BEFORE = "SELECT version, state FROM history WHERE aggregate_id = ? AND version < ?"
FORGET = "UPDATE history SET state = ? WHERE aggregate_id = ? AND version = ?"


class Version(NamedTuple):
    """One version of one aggregate, as it is kept."""

    aggregate_id: str
    version: int
    aggregate_type: str
    project_id: str | None
    effective_at: int
    state: str
    scope: str | None = None
    """The portfolio, programme or project in which it lies."""


class CurrentVersion(NamedTuple):
    """The newest version of an aggregate that is stored."""

    version: int
    effective_at: int
    state: str | None
    """Where it is asked for."""


async def current_versions(
    work: Work, aggregate_ids: Iterable[str], with_states: Sequence[str]
) -> dict[str, CurrentVersion]:
    """What is stored of some aggregates, those of the types `with_states` with their states."""
    ids = sorted(set(aggregate_ids))
    if not ids:
        return {}
    text = CURRENT_OF.format(
        types=", ".join(f"'{kind}'" for kind in with_states), marks=", ".join("?" * len(ids))
    )
    return {row[0]: CurrentVersion(*row[1:]) for row in await work.store.fetch(text, ids)}


def version_of(record: Record) -> Version:
    event = record.event
    entry, _ = EVENT_TYPES[event.type]
    state = bytes(event.data.state).decode()
    return Version(
        event.subject,
        event.data.version,
        entry.name,
        project_of(entry, event.subject, event.partitionkey, state),
        record.effective_at,
        state,
        scope_in(entry, event.subject, event.partitionkey, state),
    )


def project_of(entry: AggregateType, id: str, key: str, state: str) -> str | None:
    """The project that an aggregate belongs to: by its key, or, of what is attached, by where its subject lies."""
    if entry.key == "project_id" and key != id:
        return key
    if entry.name == "project":
        return id
    return cast(str | None, _STATE(state)["project_id"]) if entry.is_attached else None


def scope_in(entry: AggregateType, id: str, key: str, state: str) -> str | None:
    """In what a version lies, by its envelope where that says it, else by its state."""
    match entry.scope:
        case ():
            return None
        case ("id",):
            return id
        case (member,) if member == entry.key:
            return key
    members = _STATE(state)
    scope = next((members[member] for member in entry.scope if members.get(member) is not None), None)
    return None if scope is None else str(scope)


_STATE = msgspec.json.Decoder(dict[str, object]).decode


def history_row(record: Record, version: Version) -> tuple[Any, ...]:
    event = record.event
    return (
        version.aggregate_id,
        version.version,
        version.aggregate_type,
        version.project_id,
        event.id,
        event.type,
        event.authid,
        version.effective_at,
        record.recorded_at,
        ",".join(event.data.changed),
        bytes(event.data.fact).decode(),
        version.state,
        version.scope,
    )


async def fold(work: Work, records: Sequence[Record]) -> list[Version]:
    """Stage the rows of a batch; answers what it brought, in order."""
    versions = [version_of(record) for record in records]
    lasting = [
        history_row(record, version)
        for record, version in zip(records, versions, strict=True)
        if EVENT_TYPES[record.event.type][0].has_history
    ]
    if lasting:
        work.add_statement(HISTORY, lasting, types=HISTORY_TYPES)
    newest = {v.aggregate_id: v for v in sorted(versions, key=lambda v: v.version)}
    work.add_statement(
        CURRENT,
        [
            (v.aggregate_id, v.aggregate_type, v.project_id, v.version, v.effective_at, v.state, v.scope)
            for _, v in sorted(newest.items())
        ],
        types=CURRENT_TYPES,
    )
    for record in records:
        if shape := erasing(record):
            await _forget(work, record, shape)
    return versions


async def _forget(work: Work, record: Record, shape: type[Erasable]) -> None:
    """What was folded before; the batch itself tells no more (see `shared.domain.erasure.forgetting`)."""
    id = record.event.subject
    versions = await work.store.fetch(VERSIONS_BEFORE, (id, record.event.data.version))
    work.add_statement(
        FORGET, [(redacted_state(shape, state.encode()).decode(), id, v) for v, state in versions]
    )

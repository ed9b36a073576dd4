"""The fold into the directory. Rows follow from the newest state alone, so any order and any repetition end the same."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

from services.reporting.directory.kinds import DirectoryKind, kinds, texts_at
from services.reporting.directory.tables import DirectoryRow
from shared.base.text import KEY_LENGTH, folded, search_text
from shared.contracts.language import EVENT_TYPES
from shared.domain.work import Work
from shared.messaging.bus import Record
from shared.store import Statement, Store, Unit
from shared.store.sql import types_of

COLUMNS = tuple(column.name for column in DirectoryRow.metadata.tables["directory"].columns)
TYPES = types_of(DirectoryRow.metadata.tables["directory"], COLUMNS)
PUT = (
    f"INSERT INTO directory ({', '.join(COLUMNS)}) VALUES ({', '.join('?' * len(COLUMNS))})"
    " ON CONFLICT (aggregate_id) DO UPDATE SET "
    + ", ".join(f"{column} = excluded.{column}" for column in COLUMNS[1:])
    + " WHERE excluded.version > directory.version"
)
REMOVE = "DELETE FROM directory WHERE aggregate_id = ? AND version < ?"
NAMES_NO_MORE = "DELETE FROM directory_person WHERE aggregate_id = ? AND version < ?"
NAMES = """
INSERT INTO directory_person (person_id, kind, member, aggregate_id, version)
SELECT ?, ?, ?, ?, CAST(? AS bigint) WHERE NOT EXISTS (SELECT 1 FROM current_state WHERE aggregate_id = ? AND version > ?)
ON CONFLICT (person_id, kind, member, aggregate_id) DO UPDATE SET version = excluded.version
"""
STANDING = """
SELECT c.aggregate_id, h.type, c.version, c.effective_at, c.state FROM current_state c
JOIN history h ON h.aggregate_id = c.aggregate_id AND h.version = c.version
WHERE c.aggregate_id > ? ORDER BY c.aggregate_id LIMIT ?
"""
PAGE = 1_000
SCOPES = 4
"""In so many nodes may lie what is in the directory."""

_STATE = msgspec.json.Decoder(dict[str, Any]).decode


class Standing(NamedTuple):
    """The newest version of an aggregate."""

    aggregate_id: str
    kind: str
    """`projects.work_package`."""
    version: int
    effective_at: int
    state: str


def stage(work: Work, records: Iterable[Record]) -> None:
    """Stage what becomes of the directory by events, of which the newest one of an aggregate counts."""
    versions = (_standing(record) for record in records)
    newest = {one.aggregate_id: one for one in sorted(versions, key=lambda one: one.version)}
    for statement in statements(sorted(newest.values())):
        work.add_statement(statement.sql, statement.rows, types=statement.types)


def _standing(record: Record) -> Standing:
    event = record.event
    state = bytes(event.data.state).decode()
    return Standing(event.subject, kind_of(event.type), event.data.version, record.effective_at, state)


def kind_of(event_type: str) -> str:
    """The kind of aggregate whose fact it is: `projects.work_package`."""
    entry, _ = EVENT_TYPES[event_type]
    return f"{entry.service}.{entry.name}"


def statements(standing: Sequence[Standing]) -> list[Statement]:
    """The directory of these aggregates, as they stand."""
    rows: list[tuple[Any, ...]] = []
    removed: list[tuple[Any, ...]] = []
    outdated: list[tuple[Any, ...]] = []
    person_rows: list[tuple[Any, ...]] = []
    for one in standing:
        kind = kinds().get(one.kind)
        if kind is None:
            continue
        state = _STATE(one.state)
        row = row_of(kind, one, state)
        if row is None:
            removed.append((one.aggregate_id, one.version))
        else:
            rows.append(row)
        if kind.register.persons:
            outdated.append((one.aggregate_id, one.version))
            person_rows += _persons(kind, one, state)
    statements_of_all = [
        Statement(PUT, rows, types=TYPES),
        Statement(REMOVE, removed),
        Statement(NAMES_NO_MORE, outdated),
        Statement(NAMES, person_rows),
    ]
    return [statement for statement in statements_of_all if statement.rows]


def row_of(kind: DirectoryKind, one: Standing, state: Mapping[str, Any]) -> tuple[Any, ...] | None:
    """In the order of COLUMNS; None of what nothing is found by, and nobody waits for."""
    name = state.get(kind.label) if kind.label else None
    codes = [str(state[member]) for member in kind.codes if state.get(member)]
    external = (state.get("external_ref") or {}).get("id")
    if external is None and not kind.has_row:
        return None
    scopes = [str(state[member]) for member in kind.entry.scope if state.get(member) is not None]
    places = (scopes + [None] * SCOPES)[:SCOPES]
    text = search_text((name, *codes, external))
    title = str(name or (codes or [external or ""])[0])
    return (
        one.aggregate_id, one.version, one.kind, title, codes[0] if codes else None,
        state.get(kind.register.state) if kind.register.state else None, one.effective_at,
        int(state.get("archived_at") is not None), *places, key_of(codes[0] if codes else None), key_of(external),
        key_of(title) or "", "" if kind.is_personal else text, text if kind.is_personal else "",
    )  # fmt: skip


def key_of(text: str | None) -> str | None:
    """The form in which keys and names are compared whole and from their beginning."""
    return folded(text)[:KEY_LENGTH] if text else None


def _persons(kind: DirectoryKind, one: Standing, state: Mapping[str, Any]) -> set[tuple[Any, ...]]:
    return {
        (person, one.kind, path, one.aggregate_id, one.version, one.aggregate_id, one.version)
        for path in kind.register.persons
        for person in texts_at(state, path.split("."))
    }


async def fill(store: Store) -> None:
    """The directory of all current states, a page at a time; what stands there already is left as it is."""
    reached = ""
    while rows := await store.fetch(STANDING, (reached, PAGE)):
        reached = rows[-1][0]
        unit = Unit()
        unit.parts[0].statements += statements([Standing(row[0], kind_of(row[1]), *row[2:]) for row in rows])
        await store.commit(unit)

"""Reading and writing of the records of imports: what a request changes is staged in its unit."""

import json
from collections import Counter
from collections.abc import Sequence
from typing import Any

from services.reporting.imports.shapes import (
    ImportBegin,
    ImportEnd,
    NewEntry,
    NewOutcome,
)
from shared.base.clock import DAY_US, machine_micros, to_wire
from shared.base.errors import Fault, IllegalMove, Invalid, NotFound, TooManyRequests
from shared.base.ids import new_id_text
from shared.base.texts import Text
from shared.domain.work import Work
from shared.messaging.bus import Record
from shared.store import Store

MOST_RUNNING = 100
"""Imports that one caller may have begun and not ended."""
MOST_ENTRIES = 2_000_000
"""Versions that one import may record."""
COLUMNS = (
    "id", "owner", "state", "source", "file", "file_hash", "registers", "mapping", "expected", "counts", "findings",
    "entries", "undone", "remaining", "created_at", "touched_at", "ended_at", "expires_at",
)  # fmt: skip
ENTRY_COLUMNS = ("place", "collection", "aggregate_id", "version", "change", "outcome", "reason")
RUNNING = "running"
INTERRUPTED = (RUNNING, "stopped")
"""States of an import that has not come to its end."""

Row = dict[str, Any]

_ADD = """
INSERT INTO import_entry (import_id, aggregate_id, version, place, collection, change, expires_at)
VALUES (?, ?, ?, ?, ?, ?, ?)
"""
FORGET = """
UPDATE import_record SET mapping = '' WHERE mapping <> '' AND (mapping LIKE ?
    OR id IN (SELECT import_id FROM import_entry WHERE aggregate_id = ?))
"""


def row_of(values: Sequence[Any]) -> Row:
    return dict(zip(COLUMNS, values, strict=True))


async def begin(work: Work, owner: str, body: ImportBegin, days: int) -> Row:
    """A new record; TooManyRequests where the caller has begun too many that never ended."""
    await work.guard(f"imports {owner}")
    [(running,)] = await work.store.fetch(
        "SELECT COUNT(*) FROM import_record WHERE owner = ? AND state = 'running'", (owner,)
    )
    if running >= MOST_RUNNING:
        raise TooManyRequests(
            Text("{most} imports were begun and have not ended", most=MOST_RUNNING),
            code="too_many_imports",
            headers={"Retry-After": "60"},
        )
    at = machine_micros()
    row = row_of(
        (
            new_id_text(), owner, RUNNING, body.source, body.file, body.file_hash or "", json.dumps(body.registers),
            body.mapping, "" if body.expected is None else body.expected.model_dump_json(), "", "{}", 0, 0, 0, at, at,
            None, at + days * DAY_US,
        )
    )  # fmt: skip
    marks = ", ".join("?" * len(COLUMNS))
    work.add_statement(
        f"INSERT INTO import_record ({', '.join(COLUMNS)}) VALUES ({marks})", [tuple(row.values())]
    )
    return row


async def read(store: Store, id: str, owner: str | None) -> Row:
    """The record; NotFound where there is none, or `owner` is given and it is somebody else's."""
    rows = await store.fetch(f"SELECT {', '.join(COLUMNS)} FROM import_record WHERE id = ?", (id,))
    if not rows or (owner is not None and rows[0][1] != owner):
        raise NotFound(Text("there is no import {id}", id=id))
    return row_of(rows[0])


async def add_entries(work: Work, row: Row, entries: Sequence[NewEntry]) -> Row:
    """Record versions; those that are recorded already stay as they are."""
    if row["state"] != RUNNING:
        raise IllegalMove(
            "the import has ended: it records nothing more", state=row["state"], allowed_moves=[]
        )
    if row["entries"] + len(entries) > MOST_ENTRIES:
        raise Invalid(
            Text("an import records at most {most} versions", most=MOST_ENTRIES),
            Fault("too_many", "too many entries", pointer="/entries"),
        )
    ids = sorted({str(entry.id) for entry in entries})
    recorded = await work.store.fetch(
        f"SELECT aggregate_id, version FROM import_entry WHERE import_id = ?"
        f" AND aggregate_id IN ({', '.join('?' * len(ids))})",
        (row["id"], *ids),
    )
    recorded_keys = {(id, version) for id, version in recorded}
    new = {(str(entry.id), entry.version): entry for entry in entries}
    rows = [
        (row["id"], id, version, row["entries"] + place, entry.collection, entry.change, row["expires_at"])
        for place, ((id, version), entry) in enumerate(
            (key, entry) for key, entry in new.items() if key not in recorded_keys
        )
    ]
    if not rows:
        return row
    work.add_statement(_ADD, rows)
    return _changed(work, row, entries=row["entries"] + len(rows), touched_at=machine_micros())


def end(work: Work, row: Row, body: ImportEnd) -> Row:
    """The end of the import; IllegalMove where it has ended already."""
    if row["state"] != RUNNING:
        raise IllegalMove("the import has ended already", state=row["state"], allowed_moves=[])
    return _changed(
        work,
        row,
        state="stopped" if body.stopped else "done",
        counts="" if body.counts is None else body.counts.model_dump_json(),
        findings=json.dumps(body.findings, sort_keys=True),
        ended_at=machine_micros(),
    )


def resume(work: Work, row: Row) -> Row:
    """Go on with an import that did not come to its end; IllegalMove where it did, or where it was taken back since."""
    if row["state"] not in INTERRUPTED or row["undone"] or row["remaining"]:
        raise IllegalMove("the import has ended, or was taken back", state=row["state"], allowed_moves=[])
    return _changed(work, row, state=RUNNING, ended_at=None)


async def add_outcomes(work: Work, row: Row, outcomes: Sequence[NewOutcome]) -> Row:
    """Note what became of entries; the state of the import follows from all of them."""
    if row["state"] == RUNNING:
        raise IllegalMove("the import has not ended: end it first", state=RUNNING, allowed_moves=["end"])
    noted = {one.place: one for one in outcomes}
    places = sorted(noted)
    rows = await work.store.fetch(
        f"SELECT place, outcome FROM import_entry WHERE import_id = ? AND place IN ({', '.join('?' * len(places))})",
        (row["id"], *places),
    )
    standing = dict(rows)
    if unknown := [place for place in places if place not in standing]:
        raise Invalid(
            Text("the import has no entry {place}", place=unknown[0]),
            Fault("not_found", "no such entry", pointer="/outcomes"),
        )
    work.add_statement(
        "UPDATE import_entry SET outcome = ?, reason = ? WHERE import_id = ? AND place = ?",
        [(one.outcome, one.reason, row["id"], one.place) for one in noted.values()],
    )
    change = Counter(one.outcome for one in noted.values())
    change.subtract(outcome for outcome in standing.values() if outcome is not None)
    undone, remaining = row["undone"] + change["undone"], row["remaining"] + change["kept"]
    state = row["state"]
    if undone:
        state = "reverted" if undone == row["entries"] else "partly_reverted"
    return _changed(work, row, undone=undone, remaining=remaining, state=state)


def _changed(work: Work, row: Row, **members: Any) -> Row:
    """Stage the change of a record as it was read: StaleVersion where somebody else was first."""
    counted = ("entries", "undone", "remaining", "state")
    work.add_statement(
        f"UPDATE import_record SET {', '.join(f'{name} = ?' for name in members)}"
        f" WHERE id = ? AND {' AND '.join(f'{name} = ?' for name in counted)}",
        [(*members.values(), row["id"], *(row[name] for name in counted))],
        expect=1,
    )
    return row | members


async def forget(work: Work, record: Record) -> None:
    """A person is erased: mappings that name them, or by which they came in, are emptied."""
    id = record.event.subject
    work.add_statement(FORGET, [(f"%{id}%", id)])


def import_json(row: Row) -> dict[str, Any]:
    """A record as `Import` says, without its mapping."""
    answer: dict[str, Any] = {
        "id": row["id"],
        "state": row["state"],
        "requested_by": row["owner"].rpartition("|")[2],
        "file": row["file"],
        "source": row["source"],
        "registers": json.loads(row["registers"]),
        "findings": json.loads(row["findings"]),
    }
    answer |= {name: row[name] for name in ("entries", "undone", "remaining")}
    answer |= {"file_hash": row["file_hash"]} if row["file_hash"] else {}
    answer |= {name: json.loads(row[name]) for name in ("expected", "counts") if row[name]}
    instants = ("created_at", "touched_at", "ended_at", "expires_at")
    return answer | {name: to_wire(row[name]) for name in instants if row[name] is not None}


def entry_json(values: Sequence[Any]) -> dict[str, Any]:
    """An entry as `Entry` says."""
    entry = dict(
        zip(("place", "collection", "id", "version", "change", "outcome", "reason"), values, strict=True)
    )
    return {name: value for name, value in entry.items() if value is not None}

"""What stands at the end of what was exported: the last version of each aggregate, in a temporary database on the disk.

The memory stays bounded, however much there is.
"""

import sqlite3
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from services.exports.contents import contents_of, names_by_version
from services.exports.lines import Line
from shared.contracts.forms import Entry

_SCHEMA = """
CREATE TABLE standing (
    id TEXT PRIMARY KEY, collection TEXT, project TEXT, label TEXT, version INTEGER, versions INTEGER, first INTEGER,
    archived INTEGER, state BLOB
) WITHOUT ROWID;
CREATE TABLE content (id TEXT, sha256 TEXT, place TEXT, PRIMARY KEY (id, sha256)) WITHOUT ROWID;
"""
_TAKE = """
INSERT INTO standing VALUES (?, ?, ?, ?, ?, 1, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET
    label = excluded.label, version = excluded.version, versions = versions + 1, archived = excluded.archived,
    state = excluded.state
"""
LABELS = 50_000
"""Names that are remembered at once."""

_state = msgspec.json.Decoder(dict[str, Any]).decode


class Count(NamedTuple):
    """How much there is of a collection."""

    aggregates: int
    archived: int
    versions: int
    incomplete: int
    """Aggregates of which some versions are not there."""


class Standing:
    """The last versions, and the names of everything by its id."""

    def __init__(self, path: Path) -> None:
        self._store = sqlite3.connect(path)
        self._store.execute("PRAGMA journal_mode = OFF")
        self._store.execute("PRAGMA synchronous = OFF")
        self._store.executescript(_SCHEMA)
        self.label = lru_cache(LABELS)(self._label)

    def take(self, lines: Iterable[tuple[Entry, Line]]) -> None:
        """The next versions, in the order in which they were written."""
        self._store.executemany(_TAKE, map(self._row, lines))

    def _row(self, version: tuple[Entry, Line]) -> tuple[Any, ...]:
        """A version as it stands, once the contents that it names are noted."""
        entry, line = version
        state = _state(line.state)
        if names_by_version(entry):
            rows = [(line.id, one.sha256, one.place) for one in contents_of(entry, state)]
            self._store.executemany("INSERT OR IGNORE INTO content VALUES (?, ?, ?)", rows)
        archived = int(state.get("archived_at") is not None)
        collection = f"{entry.service}.{entry.collection}"
        label = " ".join(text for member in entry.title if (text := _text(state.get(member))))
        return (
            line.id, collection, state.get("project_id"), label, line.version, line.version, archived, bytes(line.state)
        )  # fmt: skip

    def contents(self, id: str) -> list[tuple[str, str]]:
        """The hashes of the contents that one named in any of its versions, each with its place below it."""
        rows = self._store.execute("SELECT sha256, place FROM content WHERE id = ? ORDER BY sha256", (id,))
        return [(sha256, place) for sha256, place in rows]

    def index(self) -> None:
        """Once everything is taken."""
        self._store.execute("CREATE INDEX by_project ON standing (collection, project)")

    def count(self, collection: str) -> Count:
        query = """
        SELECT COUNT(*), COALESCE(SUM(archived), 0), COALESCE(SUM(versions), 0),
            COALESCE(SUM(first > 1 OR versions < version), 0)
        FROM standing WHERE collection = ?
        """
        return Count(*self._store.execute(query, (collection,)).fetchone())

    def states(
        self, collection: str, project: str | None = None, *, archived: bool = False
    ) -> Iterator[dict[str, Any]]:
        """What stands of a collection, or of one project in it, in the order of the ids."""
        query, params = "SELECT state FROM standing WHERE collection = ?", [collection]
        if project is not None:
            query, params = f"{query} AND project = ?", [collection, project]
        if not archived:
            query += " AND archived = 0"
        for (state,) in self._store.execute(f"{query} ORDER BY id", params):
            yield _state(state)

    def _label(self, id: str) -> str:
        row = self._store.execute("SELECT label FROM standing WHERE id = ?", (id,)).fetchone()
        return row[0] if row else ""

    def close(self) -> None:
        self._store.close()


def _text(value: Any) -> str:
    if isinstance(value, dict) and {"amount", "currency"} <= value.keys():
        return f"{value['amount']} {value['currency']}"
    return str(value) if isinstance(value, str | int | float) else ""

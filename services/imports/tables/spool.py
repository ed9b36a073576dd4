"""The spool: judged rows, what they name and what is there, in a temporary file, so that memory stays bounded.

row     one of the table's rows: its members, its cells as texts, why it was refused, what became of it
named   each text by which a column names something else, once, and the id that it stands for
there   each record that Portolan has of the same source, as far as the mapping speaks of it
"""

import sqlite3
from collections.abc import Iterator, Sequence
from types import TracebackType
from typing import Any, Literal, Self

import msgspec

from shared.base.texts import from_plain, to_plain

Fate = Literal["judged", "left_out", "refused", "new", "changed", "unchanged"]
"""What becomes of a row: `left_out` rows are no records (totals, repetitions), `refused` ones do not come in."""

_TABLES = """
CREATE TABLE row (
    n INTEGER PRIMARY KEY, line INTEGER NOT NULL, day TEXT NOT NULL, key TEXT, folded TEXT, level INTEGER NOT NULL DEFAULT 0,
    members BLOB NOT NULL, names BLOB NOT NULL, cells BLOB NOT NULL, fate TEXT NOT NULL, reasons BLOB,
    id TEXT, version INTEGER, patch BLOB, sent_version INTEGER, part INTEGER NOT NULL DEFAULT 0, moves BLOB
);
CREATE INDEX row_key ON row (key, day);
CREATE INDEX row_folded ON row (folded) WHERE folded IS NOT NULL;
CREATE TABLE named (
    member TEXT, text TEXT, within TEXT NOT NULL, count INTEGER NOT NULL, line INTEGER NOT NULL, id TEXT, code TEXT,
    alias TEXT, reason BLOB, mend BLOB,
    PRIMARY KEY (member, text, within)
) WITHOUT ROWID;
CREATE TABLE there (
    key TEXT PRIMARY KEY, id TEXT NOT NULL, version INTEGER NOT NULL, archived INTEGER NOT NULL, title TEXT NOT NULL,
    folded TEXT NOT NULL, several INTEGER NOT NULL DEFAULT 1, state BLOB NOT NULL
) WITHOUT ROWID;
CREATE INDEX there_folded ON there (folded);
CREATE TABLE past (key TEXT, version INTEGER, day TEXT NOT NULL, state BLOB NOT NULL, PRIMARY KEY (key, version)) WITHOUT ROWID;
"""

encode = msgspec.json.encode
decode = msgspec.json.decode


class JudgedRow(msgspec.Struct):
    """A row as the spool keeps it. `names` are the members whose ids are still to be found: path -> [text, within]."""

    n: int
    line: int
    day: str
    key: str | None
    level: int
    members: dict[str, Any]
    names: dict[str, tuple[str, str]]
    fate: Fate
    reasons: list[str]
    id: str | None = None
    version: int | None = None
    patch: dict[str, Any] | None = None
    part: int = 0
    """Of a line that became several rows, which of its periods."""
    moves: list[tuple[str, dict[str, Any]]] = []
    """The moves that follow, with what each is sent with."""


def bytes_of(texts: Sequence[str]) -> bytes | None:
    """Texts that can be said in other languages, as they are kept."""
    return encode([to_plain(text) for text in texts]) if texts else None


def texts_of(kept_bytes: bytes | None) -> list[str]:
    return [from_plain(plain) for plain in decode(kept_bytes)] if kept_bytes else []


_COLUMNS = "n, line, day, key, level, members, names, fate, reasons, id, version, patch, part, moves"


def _row(values: Sequence[Any]) -> JudgedRow:
    n, line, day, key, level, members, names, fate, reasons, id, version, patch, part, moves = values
    return JudgedRow(
        n, line, day, key, level, decode(members), {k: tuple(v) for k, v in decode(names).items()}, fate,
        texts_of(reasons), id, version, decode(patch) if patch else None, part,
        [(verb, body) for verb, body in decode(moves)] if moves else [],
    )  # fmt: skip


class Spool:
    """A temporary SQLite file for one import, which has no name: it is gone with the process, however that ends."""

    def __init__(self) -> None:
        self.db = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        for pragma in ("journal_mode = OFF", "synchronous = OFF", "cache_size = -32000"):
            self.db.execute(f"PRAGMA {pragma}")
        self.db.executescript(_TABLES)
        self.db.execute("BEGIN")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self.db.close()

    def one(self, query: str, *values: Any) -> Any:
        """The first column of the first row."""
        values_of_rows = self.db.execute(query, values).fetchone()
        return None if values_of_rows is None else values_of_rows[0]

    def rows(self, where: str = "1", *values: Any) -> Iterator[JudgedRow]:
        """Rows one at a time, in the order of the file; they may be changed meanwhile."""
        for chunk in self.chunks(500, where, *values):
            yield from chunk

    def chunks(self, size: int, where: str, *values: Any) -> Iterator[list[JudgedRow]]:
        """The rows in portions, each read when it is asked for; what `where` says may change in between."""
        last = 0
        while True:
            values_of_rows = self.db.execute(
                f"SELECT {_COLUMNS} FROM row WHERE n > ? AND {where} ORDER BY n LIMIT ?",
                (last, *values, size),
            ).fetchall()
            if not values_of_rows:
                return
            last = values_of_rows[-1][0]
            yield [_row(row) for row in values_of_rows]

    def write(self, row: JudgedRow) -> None:
        """What was found out about a row."""
        self.db.execute(
            "UPDATE row SET members = ?, names = ?, fate = ?, reasons = ?, id = ?, version = ?, patch = ?,"
            " moves = ? WHERE n = ?",
            (
                encode(row.members), encode(row.names), row.fate, bytes_of(row.reasons),
                row.id, row.version, encode(row.patch) if row.patch is not None else None,
                encode(row.moves) if row.moves else None, row.n,
            ),
        )  # fmt: skip

    def note_sent(self, row: JudgedRow, id: str, version: int) -> None:
        """The record that a row is now; a row of the same key and a later day builds on it."""
        self.db.execute("UPDATE row SET id = ?, sent_version = ? WHERE n = ?", (id, version, row.n))
        self.db.execute("UPDATE there SET id = ?, version = ? WHERE key = ?", (id, version, row.key))

    def carry(self, day: str) -> None:
        """What is there once the rows of a day are in: those of later days are compared with that."""
        for row in self.rows("day = ? AND fate IN ('new', 'changed')", day):
            before = self.one("SELECT state FROM there WHERE key = ?", row.key)
            state = (decode(before) if before else {}) | row.members
            state |= {path: text for path, (text, _) in row.names.items()}
            self.db.execute(
                "INSERT INTO there (key, id, version, archived, title, folded, state) VALUES (?, '', 0, 0, '', '', ?)"
                " ON CONFLICT DO UPDATE SET state = excluded.state",
                (row.key, encode(state)),
            )

    @property
    def days(self) -> list[str]:
        """The days of which the rows speak, oldest first; one that is empty where they name none."""
        return [
            row[0]
            for row in self.db.execute(
                "SELECT DISTINCT day FROM row WHERE fate NOT IN ('refused', 'left_out') ORDER BY day"
            )
        ]

    def cells(self, where: str, *values: Any) -> Iterator[tuple[int, list[str], list[str]]]:
        """(line, cells as texts, reasons) of rows, as they are written to a file of what was refused."""
        query = f"SELECT line, cells, reasons FROM row WHERE {where} ORDER BY n"
        for line, cells, reasons in self.db.execute(query, values):
            yield line, decode(cells), texts_of(reasons)

    def cells_of(self, row: JudgedRow) -> list[str]:
        """The cells of a row as texts."""
        return list(decode(self.one("SELECT cells FROM row WHERE n = ?", row.n)))

    def cells_in(self, line: int) -> list[str]:
        """Those of the first row of a line."""
        return list(decode(self.one("SELECT cells FROM row WHERE line = ? ORDER BY n LIMIT 1", line)))

    def fates(self) -> dict[str, int]:
        """Fate -> rows."""
        return dict(self.db.execute("SELECT fate, COUNT(*) FROM row GROUP BY fate ORDER BY fate"))

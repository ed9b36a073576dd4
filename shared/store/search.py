"""The index in which `q` is looked up: over the trigrams of `search_text`, which every substring of three letters has.

The index only leaves out rows; what it leaves is compared with the words as without it, so that the answers are the
same with it, without it and on both databases. On SQLite it is an FTS5 table beside the table, kept by triggers; on
PostgreSQL a GIN index over an array, which needs no extension and no right beyond that to make tables.

FTS5 keeps removed texts in its files until they are merged, so a table with personal data has no index on
SQLite.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError

from shared.store.columns import SEARCH_TEXT

GRAM = 3
SUFFIX = "__search"
"""`project__search` is the index of the table `project`."""
MOST_ROWS = 2_000
"""SQLite reads the rows of the index one by one: where there are more, the list is walked in its order instead."""

FUNCTION = f"""
CREATE OR REPLACE FUNCTION search_grams(whole text) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT array_agg(DISTINCT substr(whole, n, {GRAM})) FROM generate_series(1, length(whole) - {GRAM - 1}) n
$$
"""
_PROBE = "CREATE VIRTUAL TABLE temp.probe__search USING fts5(x, tokenize='trigram case_sensitive 1')"

Condition = tuple[str, list[Any]]
"""SQL with `?` placeholders, and the parameters."""


def is_part_of_index(table: str) -> bool:
    """Whether a table of an SQLite store is an index of `q`, or one of those that FTS5 makes for it."""
    return SUFFIX in table


def make_indices(connection: Connection, tables: Iterable[str], personal: Iterable[str] = ()) -> None:
    """Rebuild the index of each table from its rows; `personal` are the tables with personal data."""
    if connection.dialect.name == "sqlite":
        remove_indices(connection)
        if _has_trigrams(connection):
            for table in sorted(set(tables) - set(personal)):
                for statement in _statements(table):
                    connection.exec_driver_sql(statement)
        return
    connection.exec_driver_sql(FUNCTION)
    for table in sorted(tables):
        connection.exec_driver_sql(
            f"CREATE INDEX IF NOT EXISTS {table}{SUFFIX} ON {table} USING gin (search_grams({SEARCH_TEXT}))"
        )


def remove_indices(connection: Connection) -> None:
    """Before tables are changed: SQLite makes many changes by making a table anew, which ends its triggers."""
    if connection.dialect.name != "sqlite":
        return
    query = "SELECT type, name FROM sqlite_master WHERE name LIKE '%\\_\\_search%' ESCAPE '\\' AND type = ?"
    for kind in ("trigger", "table"):
        for _, name in connection.exec_driver_sql(query, (kind,)).all():
            if kind == "trigger" or name.endswith(SUFFIX):
                connection.exec_driver_sql(f"DROP {kind} {name}")


def _has_trigrams(connection: Connection) -> bool:
    """Whether this SQLite has FTS5 and its trigrams (3.34 and later, unless it was built without)."""
    try:
        connection.exec_driver_sql(_PROBE)
    except OperationalError:
        return False
    connection.exec_driver_sql("DROP TABLE temp.probe__search")
    return True


def _statements(table: str) -> Sequence[str]:
    index = table + SUFFIX
    remove = f"INSERT INTO {index} ({index}, rowid, {SEARCH_TEXT}) VALUES ('delete', old.rowid, old.{SEARCH_TEXT});"
    add = f"INSERT INTO {index} (rowid, {SEARCH_TEXT}) VALUES (new.rowid, new.{SEARCH_TEXT});"
    return (
        f"CREATE VIRTUAL TABLE {index} USING fts5({SEARCH_TEXT}, content='{table}', detail='none', columnsize=0,"
        " tokenize='trigram case_sensitive 1')",
        f"INSERT INTO {index} ({index}) VALUES ('rebuild')",
        f"CREATE TRIGGER {index}_added AFTER INSERT ON {table} BEGIN {add} END",
        f"CREATE TRIGGER {index}_removed AFTER DELETE ON {table} BEGIN {remove} END",
        f"CREATE TRIGGER {index}_changed AFTER UPDATE OF {SEARCH_TEXT} ON {table}"
        f" WHEN old.{SEARCH_TEXT} IS NOT new.{SEARCH_TEXT} BEGIN {remove} {add} END",
    )


def indexed_tables(dialect: str) -> str:
    """The query that lists the tables that have the index, one a row."""
    where = "FROM sqlite_master WHERE type = 'table' AND name"
    if dialect == "postgresql":
        where = "FROM pg_indexes WHERE schemaname = current_schema() AND indexname"
    name = "name" if dialect == "sqlite" else "indexname"
    return (
        f"SELECT substr({name}, 1, length({name}) - {len(SUFFIX)}) {where} LIKE '%\\_\\_search' ESCAPE '\\'"
    )


def grams(words: Iterable[str]) -> list[str]:
    """The trigrams of the words, each once, in order; a word of fewer letters has none."""
    return sorted({word[i : i + GRAM] for word in words for i in range(len(word) - GRAM + 1)})


def rows_with(words: Iterable[str], dialect: str, table: str) -> Condition | None:
    """The condition of the rows whose texts have all trigrams of the words, None where the words have none."""
    looked_up = grams(words)
    if not looked_up:
        return None
    if dialect == "postgresql":
        return f"search_grams({SEARCH_TEXT}) @> ?::text[]", [looked_up]
    index = table + SUFFIX
    return f"rowid IN (SELECT rowid FROM {index} WHERE {index} MATCH ?)", [_match(looked_up)]


def too_many(words: Iterable[str], table: str, most: int = MOST_ROWS) -> Condition:
    """The query, on SQLite, that answers a row where the index has more than `most` rows for the words."""
    index = table + SUFFIX
    text = f"SELECT rowid FROM {index} WHERE {index} MATCH ? LIMIT 1 OFFSET {most}"
    return text, [_match(grams(words))]


def _match(looked_up: Iterable[str]) -> str:
    """As FTS5 reads it: each trigram is a text of its own, whatever signs it has."""
    return " AND ".join('"' + gram.replace('"', '""') + '"' for gram in looked_up)

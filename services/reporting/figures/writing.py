"""Rows of figures as statements: what begins is inserted, and of what is there only the columns that changed.

An index is kept up by SQLite only where the statement names one of its columns, whether its value is another or not.
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from operator import attrgetter
from typing import Any

from services.reporting.figures.compute import Figures
from services.reporting.figures.lateness import Lateness, lateness
from services.reporting.figures.tables import FiguresRow
from services.reporting.figures.walk import Stored
from shared.base.text import search_text, sort_key
from shared.domain.work import Work
from shared.store.sql import types_of

_MEMBERS = tuple(Figures.__dataclass_fields__)
_values = attrgetter(*_MEMBERS)
_VALUED = ("until_day", *_MEMBERS, "basis")
COLUMNS = ("project_id", "from_day", *_VALUED)
"""What is read of a row: all but the forms in which its names and days late are sorted and found."""

_TEXTS = ("code_sort", "name_sort", "search_text")
_INSERTED = (*COLUMNS, *_TEXTS, *Lateness._fields)
INSERT = (
    f"INSERT INTO figures ({', '.join(_INSERTED)}) VALUES ({', '.join('?' * len(_INSERTED))})"
    " ON CONFLICT (project_id, from_day) DO UPDATE SET "
    + ", ".join(f"{column} = excluded.{column}" for column in _INSERTED[2:])
)
INSERT_TYPES = types_of(FiguresRow.metadata.tables["figures"], _INSERTED)
ADD_TEXT = "INSERT INTO project_text (project_id, search_text) VALUES (?, ?) ON CONFLICT (project_id, search_text) DO NOTHING"
ADD_TEXT_TYPES = ("text", "text")

Names = tuple[str, str]
"""Code and name of a project."""


@lru_cache(maxsize=2_000)
def _texts(names: Names) -> tuple[str | None, ...]:
    """In the order of `_TEXTS`."""
    code, name = names
    return sort_key(code), sort_key(name), search_text(names)


def stage(work: Work, replacements: Iterable[tuple[Sequence[Stored], Sequence[Stored]]]) -> None:
    """Stage what of each project's rows, as they are stored, becomes of them."""
    inserted: list[tuple[Any, ...]] = []
    updated: dict[tuple[str, ...], list[tuple[Any, ...]]] = {}
    for stored, new_rows in replacements:
        there = {row.from_day: row for row in stored}
        for row in new_rows:
            before = there.get(row.from_day)
            if before is None:
                inserted.append(
                    (*row[:3], *_values(row.figures), row.basis, *_texts(_names(row)), *lateness(row.figures))
                )
            elif before != row:
                columns, values = _changed(before, row)
                updated.setdefault(columns, []).append((*values, row.project_id, row.from_day))
        if stored and stored[0].from_day < new_rows[0].from_day:
            ended = (new_rows[0].from_day - 1, stored[0].project_id, stored[0].from_day)
            updated.setdefault(("until_day",), []).append(ended)
    for columns, rows in updated.items():
        work.add_statement(_update(columns), rows)
    if inserted:
        work.add_statement(INSERT, inserted, types=INSERT_TYPES)


def stage_texts(work: Work, names: Iterable[tuple[str, Names]]) -> None:
    """Stage what `q` finds projects by: all names they ever had."""
    rows = sorted({(project_id, search_text(own)) for project_id, own in names})
    if rows:
        work.add_statement(ADD_TEXT, rows, types=ADD_TEXT_TYPES)


def _names(row: Stored) -> Names:
    return row.figures.code, row.figures.name


def _changed(before: Stored, row: Stored) -> tuple[tuple[str, ...], list[Any]]:
    """The columns that have another value, and those values."""
    old = (before.until_day, *_values(before.figures), before.basis)
    new = (row.until_day, *_values(row.figures), row.basis)
    changed = [
        (column, value) for column, there, value in zip(_VALUED, old, new, strict=True) if there != value
    ]
    if _names(before) != _names(row):
        changed += zip(_TEXTS, _texts(_names(row)), strict=True)
    before_late, late = lateness(before.figures), lateness(row.figures)
    changed += [
        (column, getattr(late, column))
        for column in Lateness._fields
        if getattr(before_late, column) != getattr(late, column)
    ]
    return tuple(column for column, _ in changed), [value for _, value in changed]


@lru_cache(maxsize=256)
def _update(columns: tuple[str, ...]) -> str:
    changes = ", ".join(f"{column} = ?" for column in columns)
    return f"UPDATE figures SET {changes} WHERE project_id = ? AND from_day = ?"

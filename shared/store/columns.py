"""Columns that mean the same in both databases, and the base of every table class.

A row is the aggregate's public shape as JSON (`document`, made once and answered as it is) and beside it the members
that are searched, sorted or unique, mirrored by name; texts also in the forms in which they are sorted and found
(`name_sort`, `search_text`, see `shared.base.text`). Instants are integers of microseconds, days are ordinals,
money is minor units, ids are canonical text: what compares alike in SQLite and PostgreSQL.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import Enum
from functools import cache, lru_cache
from typing import Any
from uuid import UUID

from pydantic import ConfigDict
from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Index,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

from shared.base.clock import to_day, to_micros
from shared.base.money import Money
from shared.base.text import search_text, sort_key
from shared.contracts.language import Aggregate, AggregateType, entry_of
from shared.contracts.stored import Members

NAMING = {
    "ix": "ix_%(table_name)s__%(column_0_N_name)s",
    "uq": "uq_%(table_name)s__%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
    "ck": "ck_%(table_name)s__%(constraint_name)s",
}

__all__ = [
    "BigInteger",
    "CheckConstraint",
    "Column",
    "Field",
    "Index",
    "Mirror",
    "UniqueConstraint",
    "mirror",
    "own_registry",
]

ID = String(36, collation="C").with_variant(String(36), "sqlite")
"""An id, compared byte by byte in both databases."""

KEY = Text(collation="C").with_variant(Text(), "sqlite")
"""A text that is compared byte by byte in both databases."""


def own_registry() -> registry:
    """For the base of one service's tables: SQLModel has one global registry, five services must not share it."""
    return registry(metadata=MetaData(naming_convention=NAMING))


class Row(SQLModel):
    """The columns every aggregate's table has."""

    model_config = ConfigDict(defer_build=True)  # type: ignore[assignment] # rows are never checked by pydantic

    id: str = Field(sa_type=ID, primary_key=True)
    version: int = Field(sa_type=BigInteger)
    created_at: int = Field(sa_type=BigInteger)
    updated_at: int = Field(sa_type=BigInteger)
    effective_at: int = Field(sa_type=BigInteger)
    archived: int = Field(sa_type=BigInteger, default=0)
    external_source: str | None = Field(sa_type=KEY, default=None)
    external_id: str | None = Field(sa_type=KEY, default=None)
    document: str = Field(sa_type=Text)


def by_external_key(table: str) -> UniqueConstraint:
    """External keys are unique per collection."""
    return UniqueConstraint("external_source", "external_id")


def unique_among_live(table: str, *columns: str) -> Index:
    """A key that is free again once what held it is archived; restoring it then answers `duplicate`."""
    live = text("archived = 0")
    return Index(
        f"uq_{table}__live_{'_'.join(columns)}",
        *columns,
        unique=True,
        sqlite_where=live,
        postgresql_where=live,
    )


_PLAIN: dict[type, Callable[[Any], Any]] = {
    bool: int,
    UUID: str,
    datetime: to_micros,
    date: to_day,
    Money: lambda money: money.minor,
}
"""How a member's value is kept in a column; every other kind is kept as it is, an enum as its value."""


def plain_value(value: Any) -> Any:
    """As a column keeps it."""
    if value is None:
        return None
    keep = _PLAIN.get(type(value))
    if keep is not None:
        return keep(value)
    return value.value if isinstance(value, Enum) else value


_BASE = (
    "id",
    "version",
    "created_at",
    "updated_at",
    "effective_at",
    "archived",
    "external_source",
    "external_id",
)


SORT = "_sort"
"""`name_sort` holds the sort key of the member `name`."""
SEARCH_TEXT = "search_text"
"""The column in which `q` looks."""


@dataclass(frozen=True, eq=False)
class Mirror:
    """How a shape is laid into its table: the columns in order, and the reader of each."""

    entry: AggregateType
    table: Table
    columns: Sequence[str]
    mirrored: Sequence[str]
    sorted: Sequence[str]
    """Members that are also kept by their sort key."""
    searched: Sequence[str]
    """Members in whose text `q` looks."""
    name: str
    """Of the table."""
    parts: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """Column -> the member that it is a part of, and the part's name there."""

    def column_of_sort(self, member: str) -> Column[Any]:
        """The column by which a list is sorted by `member`."""
        name = member + SORT if member in self.sorted else member
        column: Column[Any] = self.table.columns[name]
        return column

    def places(self, changed: tuple[str, ...]) -> tuple[int, ...]:
        """The places of the columns that differ where these members do."""
        return _places(self, changed)

    def values(self, members: Members, effective_at: int, state: str) -> tuple[Any, ...]:
        """A row, in the order of the columns, of an aggregate's members at the version that was just made; instants in
        microseconds."""
        ref = members["external_ref"]
        return (
            str(members["id"]),
            members["version"],
            to_micros(members["created_at"]),
            to_micros(members["updated_at"]),
            effective_at,
            0 if members["archived_at"] is None else 1,
            ref.source if ref else None,
            ref.id if ref else None,
            *[plain_value(members[name]) for name in self.mirrored],
            *[_part(members[name], part) for name, part in self.parts.values()],
            *[sort_key(members[name]) for name in self.sorted],
            *([search_text([members[name] for name in self.searched])] if self.searched else ()),
            state,
        )


def _part(shape: Any, name: str) -> Any:
    return None if shape is None else plain_value(getattr(shape, name))


_ALWAYS = ("version", "updated_at", "effective_at", "document")
"""The columns that differ between any two versions of an aggregate."""


@lru_cache(maxsize=4096)
def _places(mirror: Mirror, changed: tuple[str, ...]) -> tuple[int, ...]:
    columns = {*_ALWAYS, *changed, *(name + SORT for name in changed)}
    if "archived_at" in changed:
        columns.add("archived")
    if "external_ref" in changed:
        columns |= {"external_source", "external_id"}
    columns |= {column for column, (member, _) in mirror.parts.items() if member in changed}
    if not columns.isdisjoint(mirror.searched):
        columns.add(SEARCH_TEXT)
    return tuple(place for place, column in enumerate(mirror.columns) if column in columns)


@cache
def mirror(shape: type[Aggregate], row: type[SQLModel]) -> Mirror:
    """The mirror of `shape` in the table class `row`, whose own columns are named like members of the shape, or
    `<member>_sort`; `search_text` holds the members that are declared as searched."""
    searched = entry_of(shape).members.searched
    parted = {name: part.part_of for name, part in entry_of(shape).members.parts.items() if part.part_of}
    table: Table = row.__table__  # type: ignore[attr-defined]
    own = [c.name for c in table.columns if c.name not in (*_BASE, SEARCH_TEXT, "document")]
    keys = [name for name in own if name not in shape.model_fields and name.endswith(SORT)]
    parts = {name: parted[name] for name in own if name in parted}
    mirrored = [name for name in own if name not in keys and name not in parts]
    members = [name.removesuffix(SORT) for name in keys]
    unknown = [name for name in (*mirrored, *members, *searched) if name not in shape.model_fields]
    if unknown:
        raise TypeError(f"{table.name} mirrors {unknown}, which {shape.__name__} does not have")
    if bool(searched) != (SEARCH_TEXT in table.columns):
        raise TypeError(f"{table.name} has {SEARCH_TEXT} if and only if its lists are searched")
    search_column = (SEARCH_TEXT,) if searched else ()
    columns = (*_BASE, *mirrored, *parts, *keys, *search_column, "document")
    return Mirror(entry_of(shape), table, columns, mirrored, members, searched, table.name, parts)

"""Namings: what aggregates of other services name beside the node in which they lie, in one table: a row for each node.

The service that owns the nodes keeps it, so that it can say what would be hidden with one of them. Most aggregates name
one node and have no row here.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Column, MetaData, Table

from shared.contracts.language import Aggregate, entry_of
from shared.domain.access.rights import nodes_named
from shared.domain.work import Work
from shared.store.columns import ID, KEY

TABLE = "known_naming"
COLUMNS = ("id", "kind", "version", "lies_in", "names", "archived")
KEEP = (
    f"INSERT INTO {TABLE} ({', '.join(COLUMNS)}) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (id, names) DO UPDATE SET"
    " version = excluded.version, lies_in = excluded.lies_in, archived = excluded.archived"
    f" WHERE excluded.version >= {TABLE}.version"
)

LET_GO = f"UPDATE {TABLE} SET version = ?, archived = 1 WHERE id = ? AND version <= ?"
"""What was kept of the nodes that it named before counts no more."""


def namings_table(metadata: MetaData) -> Table:
    """The table, in the store of the service that keeps it."""
    return Table(
        TABLE, metadata, Column("id", ID, primary_key=True), Column("kind", KEY, nullable=False),
        Column("version", BigInteger, nullable=False), Column("lies_in", ID, nullable=False, index=True),
        Column("names", ID, primary_key=True, index=True), Column("archived", BigInteger, nullable=False),
    )  # fmt: skip


def names_several(shape: type[Aggregate]) -> bool:
    """Whether one of the kind may name a second node. What is attached names only what its subject does."""
    entry = entry_of(shape)
    return len(entry.scope) > 1 and not entry.is_attached


@dataclass(frozen=True, eq=False)
class NamingCopy:
    """What is kept of one kind of aggregate that may name more than one node: the one in which it lies, with each other."""

    shape: type[Aggregate]

    def __post_init__(self) -> None:
        if not names_several(self.shape):
            raise TypeError(f"a {self.shape.__name__} names one node only")

    @property
    def service(self) -> str:
        return entry_of(self.shape).service

    @property
    def declaration(self) -> str:
        return f"naming_{entry_of(self.shape).name}(2)"

    async def foresee(self, work: Work, ids: Iterable[UUID]) -> None:
        """Nothing: an older version than the stored one is left out by the statement that keeps it."""

    async def remember(self, work: Work, one: Any) -> bool:
        """Keep the other nodes that it names, and let go those that it names no more."""
        entry = entry_of(self.shape)
        nodes = [str(node) for node in nodes_named(entry, vars(one)) if node is not None]
        work.add_statement(LET_GO, [(one.version, str(one.id), one.version)])
        if len(nodes) > 1:
            archived = int(one.archived_at is not None)
            front = (str(one.id), entry.name, one.version, nodes[0])
            work.add_statement(KEEP, [(*front, node, archived) for node in nodes[1:]])
        return True

"""What a store can do, whichever database stands behind it, and how it fails."""

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol, TypeGuard

from shared.base.supervision import Supervised
from shared.store.together import Document
from shared.store.unit import Unit


class StaleVersion(Exception):
    """Somebody else wrote the aggregate (or a guard) that the unit had read.

    `builds_on` is the earlier part of the same unit that was left out, where that is the reason.
    """

    def __init__(self, what: str = "", builds_on: int | None = None) -> None:
        super().__init__(what)
        self.builds_on = builds_on


class UniqueTaken(Exception):
    """A unique key is taken."""

    def __init__(self, table: str, columns: tuple[str, ...]) -> None:
        super().__init__(f"{table}({', '.join(columns)})")
        self.table = table
        self.columns = columns


class Unreachable(Exception):
    """The database does not answer; the operation did not happen, or its result is unknown."""


class Damaged(Unreachable):
    """What the database keeps is broken: nothing passes here, a backup has to be brought back."""


class CannotReplace(Exception):
    """New tables cannot be created next to the live ones, or cannot replace them."""


class Store(Protocol):
    """One service's database. SQL is written with `?` placeholders for both dialects."""

    dialect: str
    epoch: int
    searched_by_index: frozenset[str]
    """Tables that have the index of `shared.store.search`."""

    @property
    def tasks(self) -> Sequence[Supervised]:
        """What runs in the background while the store is open."""

    async def commit(self, unit: Unit) -> None:
        """Write the unit, in one group with others that wait; returns when it is durable.

        Raises StaleVersion, UniqueTaken or Unreachable; then nothing of the unit was written, except that the parts
        of a separable unit fail each by itself (`unit.failures`).
        """

    async def trial(self, unit: Unit) -> None:
        """Write the unit and take all of it back. Raises what a commit would raise; of a separable unit, `unit.failures`
        says which parts a commit would leave out.
        """

    async def document(self, table: str, id: str) -> Document | None:
        """(state as text, version, effective_at) of one aggregate's row, as committed when it is asked for."""

    async def fetch(self, text: str, params: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """All rows of a query, as committed when it runs."""

    async def scan(self, text: str, params: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """The same for a query that looks through very many rows and answers few: it never holds the event loop."""

    async def run(self, text: str, params: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """A statement in a transaction of its own; its RETURNING rows."""

    def on_commit(self, nudge: Callable[[], None]) -> None:
        """Have `nudge` called (in the event loop) after each commit that added events."""

    def leading(self) -> AbstractAsyncContextManager[Callable[[], bool]]:
        """Be the one process that publishes this outbox: waits for the lead, gives a check that it is still held."""

    async def ping(self) -> None:
        """Raise Unreachable unless the database answers, Damaged where something of it was found broken."""

    def note_damage(self, damage: str) -> None:
        """Something is broken: from now on nothing is written, and `ping` says so."""

    async def close(self) -> None: ...


class ServerStore(Store, Protocol):
    """A store on a database server (PostgreSQL), which others may connect to as well."""

    url: str
    """The address that it was opened with."""


def is_on_a_server(store: Store) -> TypeGuard[ServerStore]:
    return store.dialect == "postgresql"

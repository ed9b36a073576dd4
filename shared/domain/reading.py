"""What a unit of work has read: aggregates as they stood, copies of foreign ones, guards, and rows that a service keeps.

What a unit will write stands apart from it, in `shared.store.unit`.
"""

from collections.abc import Hashable
from typing import Any, Generic, TypeVar, cast
from uuid import UUID

from shared.contracts.language import Aggregate
from shared.contracts.stored import Members, construct

A = TypeVar("A", bound=Aggregate)
K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

Key = tuple[str, UUID]
"""(table, id)."""


class Version(Generic[A]):
    """The version of an aggregate that a unit starts from: as it was read, or as the unit has saved it since."""

    __slots__ = ("_object", "effective_at", "members", "shape", "state")

    def __init__(self, shape: type[A], members: Members, state: str, effective_at: int) -> None:
        self.shape = shape
        self.members = members
        """Its values. They must not be changed."""
        self.state = state
        """The same values as a JSON document."""
        self.effective_at = effective_at
        self._object: A | None = None

    @property
    def one(self) -> A:
        """The aggregate, read-only."""
        if self._object is None:
            self._object = construct(self.shape, self.members)
        return self._object

    def copy(self) -> A:
        """A copy of the aggregate that may be changed."""
        return construct(self.shape, dict(self.members))


class Reading:
    """What one unit of work has read so far."""

    __slots__ = ("copies", "guards", "remembered", "versions")

    def __init__(self) -> None:
        self.versions: dict[tuple[str, int], Version[Any]] = {}
        """(table, id as a number, which is hashed at once) -> the aggregates that the unit has read or saved."""
        self.copies: dict[Key, Any] = {}
        """The service's own copies of foreign aggregates: rows by column names; None where there is none."""
        self.guards: dict[str, int] = {}
        """Guard -> its version when it was read first."""
        self.remembered: dict[Memory[Any, Any], object] = {}

    def version(self, table: str, id: UUID) -> Version[Any] | None:
        """None where the unit has neither read nor saved it."""
        return self.versions.get((table, id.int))

    def keep(self, table: str, version: Version[Any]) -> None:
        """Use this version from now on."""
        self.versions[table, version.members["id"].int] = version


class Memory(Generic[K, V]):
    """What a unit knows of one kind beyond the database: rows of a service's own that it has read or changed.

    APPROVALS: Memory[UUID, int | None] = Memory("when projects were approved")
    """

    __slots__ = ("what",)

    def __init__(self, what: str) -> None:
        self.what = what
        """For readers of the code, and for debugging."""

    def of(self, reading: Reading) -> dict[K, V]:
        """What a unit remembers of this kind, to read and to add to."""
        return cast("dict[K, V]", reading.remembered.setdefault(self, {}))

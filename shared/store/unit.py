"""A unit of work as the store takes it: what must be written together, and what it relied on."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from msgspec import Struct, field

from shared.store.columns import Mirror


class Event(Struct, eq=False):
    """One outbox row before its position is drawn; `effective_at` and `recorded_at` are microseconds."""

    event_id: str
    topic: str
    partition: int
    aggregate_type: str
    aggregate_id: str
    aggregate_version: int
    type: str
    key: str
    payload: str
    headers: str
    effective_at: int
    recorded_at: int
    scope: str | None = None
    """In what it lies: the id of a portfolio, programme or project; None for the instance."""


@dataclass(slots=True, frozen=True)
class Statement:
    """SQL with `?` placeholders, run once per row of `rows`; `expect` is the row count it must reach, if it must.

    A statement over VALUES may name the `types` of its columns: PostgreSQL then takes all rows at once, as arrays or by
    COPY. The rows must not meet one another in a DO UPDATE.
    """

    sql: str
    rows: Sequence[tuple[Any, ...]]
    expect: int | None = None
    types: tuple[str, ...] = ()
    is_check: bool = False
    """Whether it changes nothing: parts that are written together ask the same only once, behind the rows of all."""


class RowWrite(Struct, eq=False):
    """A row of an aggregate as it is to be."""

    mirror: Mirror
    values: tuple[Any, ...]
    """All of it, in the order of the table's columns."""
    changed: tuple[int, ...] | None
    """The places of the columns that differ from the row that stands; None where there is none yet."""


class Part(Struct, eq=False):
    """What is written or refused as one: the whole of a plain request, or one item of a batch."""

    rows: list[RowWrite] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    statements: list[Statement] = field(default_factory=list)
    guards: dict[str, int] = field(default_factory=dict)
    relies_on: set[str] = field(default_factory=set)
    """Ids of aggregates that it read in the state in which earlier parts of the unit leave them."""

    def clear(self) -> None:
        """Write nothing, and rely on nothing."""
        for collection in (self.rows, self.events, self.statements, self.guards, self.relies_on):
            collection.clear()


class IdempotencyKey(Struct, frozen=True):
    """Whose key on which route, and the hash of the body it came with."""

    principal: str
    route: str
    key: str
    body_hash: str


class Unit(Struct, eq=False):
    """Parts in one transaction. `separable` parts may fail each by itself (a batch); others fail together.

    After the commit `positions[i]` are the positions of part i's events, and `failures[i]` is why part i was left
    out. `answer` gives what is kept with the idempotency key, once the fate of the parts is known.
    """

    parts: list[Part] = field(default_factory=lambda: [Part()])
    separable: bool = False
    idempotency: IdempotencyKey | None = None
    answer: Callable[["Unit"], str] | None = None
    positions: list[list[int]] = field(default_factory=list)
    failures: dict[int, Exception] = field(default_factory=dict)

    @property
    def is_worth_a_commit(self) -> bool:
        """Whether there is anything to write, or to have checked."""
        if self.idempotency is not None:
            return True
        return any(part.rows or part.statements or part.guards for part in self.parts)

    def live_parts(self) -> list[tuple[int, Part]]:
        if not self.failures:
            return list(enumerate(self.parts))
        return [(i, part) for i, part in enumerate(self.parts) if i not in self.failures]

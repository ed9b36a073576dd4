"""Copies: what a service keeps of aggregates of other services, each one declaration.

    KNOWN_PROJECT = Known(Project, Model, members=("stage", "archived"))

From it come the table, the upsert, the check of versions and the row by the members' names. The consumer that lists it
fills it (`shared/messaging/reactions.py`). Personal members of a person are in no copy.
"""

from collections import namedtuple
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from functools import cached_property
from types import NoneType
from typing import Annotated, Any, Protocol, cast, get_args, get_origin
from uuid import UUID

from sqlalchemy import BigInteger, Column, Table
from sqlmodel import SQLModel

from shared.base.clock import from_day, from_micros
from shared.contracts.language import Aggregate, Erasable, entry_of
from shared.contracts.projects.organisation import FieldDefinition, Membership, Organisation
from shared.contracts.resources.people import Identity, PersonalToken
from shared.domain import custom_fields
from shared.domain.access import tree
from shared.domain.reading import Key, Memory
from shared.domain.work import Work
from shared.store.columns import ID, KEY, plain_value

COPY_INFO = "known"
"""Where a table of copies says what it is a table of."""

_BEFORE: Memory[Key, Any] = Memory("copies before the event that was last taken in")

MOMENTS = {"archived": "archived_at", "erased": "erased_at"}
"""A member of a copy that says whether something happened, and the member of the aggregate that says when."""


@dataclass(frozen=True)
class Kind:
    """How a member is kept in a column and read back."""

    column: Any
    nullable: bool
    read: Callable[[Any], Any]

    def value(self, filled: Any) -> Any:
        """Until the copy is filled again, a new column may hold a value of the migration that is not valid:
        then None."""
        try:
            return None if filled is None else self.read(filled)
        except ValueError:
            return None


def kind_of(shape: type[Aggregate], member: str) -> Kind:
    """By the type that the shape declares. TypeError where a copy cannot keep such a member."""
    if member in MOMENTS:
        return Kind(BigInteger, False, bool)
    annotation: Any = shape.model_fields[member].annotation
    while get_origin(annotation) is Annotated:
        annotation = get_args(annotation)[0]
    options = get_args(annotation)
    nullable = NoneType in options
    if nullable:
        [annotation] = [option for option in options if option is not NoneType]
        while get_origin(annotation) is Annotated:
            annotation = get_args(annotation)[0]
    if not isinstance(annotation, type):
        raise TypeError(f"a copy of {shape.__name__} cannot keep {member}")
    if issubclass(annotation, UUID):
        return Kind(ID, nullable, UUID)
    if issubclass(annotation, Enum | str):
        return Kind(KEY, nullable, annotation)
    if issubclass(annotation, datetime):
        return Kind(BigInteger, nullable, from_micros)
    if issubclass(annotation, date):
        return Kind(BigInteger, nullable, from_day)
    if issubclass(annotation, int):
        return Kind(BigInteger, nullable, annotation)
    raise TypeError(f"a copy of {shape.__name__} cannot keep {member}, a {annotation.__name__}")


class Copy(Protocol):
    """What a consumer keeps of one kind of aggregate."""

    @property
    def shape(self) -> type[Aggregate]: ...

    @property
    def service(self) -> str:
        """The service whose aggregate it is."""

    @property
    def declaration(self) -> str:
        """What is stored, as a text: if it changes, the copies are filled again."""

    async def foresee(self, work: Work, ids: Iterable[UUID]) -> None:
        """Read at once what keeping these will ask for."""

    async def remember(self, work: Work, one: Any) -> bool:
        """Keep what an event says; answers whether it is news."""


@dataclass(frozen=True, eq=False)
class AccessCopy:
    """What says who may see what, in the tables that every service has for it (`shared.domain.access.tree`)."""

    shape: type[Aggregate]

    @property
    def service(self) -> str:
        return entry_of(self.shape).service

    @property
    def declaration(self) -> str:
        return f"access_{entry_of(self.shape).name}(1)"

    async def foresee(self, work: Work, ids: Iterable[UUID]) -> None:
        """Read the rows that are stored."""
        table = tree.table_of(self.shape)
        unread = [id for id in ids if (table, id) not in work.reading.copies]
        if unread:
            work.reading.copies.update(dict.fromkeys((table, id) for id in unread))
            rows = await tree.rows_of(work.store, self.shape, unread)
            work.reading.copies.update({(table, UUID(row[0])): row for row in rows})

    async def remember(self, work: Work, one: Any) -> bool:
        """Write what it says of access, where that is news; an older version than the stored one changes nothing.

        To everybody else each event is news."""
        key, row = (tree.table_of(self.shape), one.id), tree.row_of(one)
        await self.foresee(work, [one.id])
        stored = work.reading.copies[key]
        if stored is None or (stored[1] < row[1] and tuple(stored[2:]) != row[2:]):
            work.keep_access(one)
            work.reading.copies[key] = row
        return True


@dataclass(frozen=True, eq=False)
class FieldCopy:
    """The organisation's own fields, in the table that every service has for them (`shared.domain.custom_fields`)."""

    shape: type[Aggregate] = FieldDefinition
    service: str = "projects"
    declaration: str = "custom_field(1)"

    async def foresee(self, work: Work, ids: Iterable[UUID]) -> None:
        """Nothing: an older version than the stored one is left out by the statement that keeps it."""

    async def remember(self, work: Work, one: Any) -> bool:
        custom_fields.keep(work, one)
        return True


def access_by_event_type(shapes: Iterable[type[Aggregate]]) -> dict[str, AccessCopy]:
    """Event type -> the copy that it fills, of some of those below."""
    chosen_shapes = set(shapes)
    return {
        entry_of(copy.shape).event_type(fact): copy
        for copy in ACCESS
        if copy.shape in chosen_shapes
        for fact in entry_of(copy.shape).facts
    }


OF_LOGINS = (Identity, PersonalToken)
"""What says under which logins, and with which tokens, people act."""
ACCESS = tuple(AccessCopy(shape) for shape in (*tree.NODE_SHAPES, Membership, *OF_LOGINS, Organisation))
"""Every service keeps these; a service its own too, should it have been there before it kept them."""


@dataclass(frozen=True, eq=False)
class Known:
    """The copies of one kind of foreign aggregate in one service.

    `base` is the base of the service's tables. `members` stand in the row by the shape's names, with its types;
    `archived` and `erased` say whether it is. The columns are `id`, `version`, the members and the counters; a
    table that got its version later names it among the members. `counters` are columns of the service's own: they
    begin at 0, and no event changes them.
    """

    shape: type[Aggregate]
    base: type[SQLModel]
    members: tuple[str, ...] = ("archived",)
    counters: tuple[str, ...] = ()
    contains: bool = True
    """Whether what names the aggregate stands in it: then it is not restored while the aggregate is archived."""

    def __post_init__(self) -> None:
        personal = set(getattr(self.shape, "PERSONAL", {})) & set(self.members)
        if personal:
            raise TypeError(f"a copy of {self.shape.__name__} keeps nothing personal: {sorted(personal)}")
        if "erased" in self.members and not issubclass(self.shape, Erasable):
            raise TypeError(f"a {self.shape.__name__} is never erased")
        _ = self.table

    @property
    def service(self) -> str:
        """The service whose aggregate it is."""
        return entry_of(self.shape).service

    @property
    def name(self) -> str:
        """The name of the table."""
        return f"known_{entry_of(self.shape).name}"

    @property
    def declaration(self) -> str:
        """What is stored, as a text: if it changes, the copies are filled again."""
        return f"{self.name}({' '.join(sorted(self.members))})"

    @cached_property
    def filled(self) -> tuple[str, ...]:
        """The columns that events fill, in order."""
        return ("id", *(() if "version" in self.members else ("version",)), *self.members)

    @cached_property
    def kinds(self) -> dict[str, Kind]:
        whole = Kind(BigInteger, False, int)
        return {name: kind_of(self.shape, name) for name in self.filled} | dict.fromkeys(self.counters, whole)

    @cached_property
    def table(self) -> Table:
        columns = [
            Column(name, kind.column, nullable=kind.nullable, primary_key=name == "id")
            for name, kind in self.kinds.items()
        ]
        return Table(self.name, self.base.metadata, *columns, info={COPY_INFO: self})

    @cached_property
    def columns(self) -> str:
        """As a SELECT names them."""
        return ", ".join(self.kinds)

    @cached_property
    def _row(self) -> Callable[[Iterable[Any]], Any]:
        make: Any = namedtuple  # the checker wants a literal name
        row_type = make(f"Known{self.shape.__name__}", tuple(self.kinds))
        return cast(Callable[[Iterable[Any]], Any], row_type._make)

    def row(self, columns: Sequence[Any]) -> Any:
        """A row by the members' names, with the shape's types, from the columns of a SELECT."""
        return self._row(
            kind.value(column) for kind, column in zip(self.kinds.values(), columns, strict=True)
        )

    @cached_property
    def _upsert(self) -> str:
        names = (*self.filled, *self.counters)
        changed = ", ".join(f"{name} = excluded.{name}" for name in self.filled if name != "id")
        return (
            f"INSERT INTO {self.name} ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})"
            f" ON CONFLICT (id) DO UPDATE SET {changed}"
        )

    # Reading

    async def get(self, work: Work, id: UUID) -> Any:
        """The row as this unit sees it; None where there is none."""
        key = (self.name, id)
        if key not in work.reading.copies:
            await self.foresee(work, [id])
        return work.reading.copies[key]

    async def foresee(self, work: Work, ids: Iterable[UUID]) -> None:
        """Read at once what will be asked for; what is not there is remembered too."""
        unread = sorted({str(id) for id in ids if (self.name, id) not in work.reading.copies})
        if not unread:
            return
        marks = ", ".join("?" * len(unread))
        rows = await work.store.fetch(f"SELECT {self.columns} FROM {self.name} WHERE id IN ({marks})", unread)
        work.reading.copies.update(dict.fromkeys(((self.name, UUID(id)) for id in unread), None))
        work.reading.copies.update({(self.name, row.id): row for row in map(self.row, rows)})

    def before(self, work: Work, id: UUID) -> Any:
        """The row as it was before the event that this unit last took in; None where there was none."""
        return work.memory(_BEFORE).get((self.name, id))

    # Keeping

    async def remember(self, work: Work, one: Aggregate) -> bool:
        """Keep what an event says; answers whether it is news.

        An older version than the stored one is ignored. The same version is written again, which fills a
        column that was added since.
        """
        before = await self.get(work, one.id)
        if before is not None and one.version < before.version:
            return False
        values = [self._value(one, name) for name in self.filled]
        counters = [0 if before is None else getattr(before, name) for name in self.counters]
        work.add_statement(self._upsert, [(*values, *([0] * len(self.counters)))])
        work.memory(_BEFORE)[self.name, one.id] = before
        work.reading.copies[self.name, one.id] = self.row([*values, *counters])
        return before is None or one.version > before.version

    @staticmethod
    def _value(one: Aggregate, member: str) -> Any:
        if member in MOMENTS:
            return int(getattr(one, MOMENTS[member]) is not None)
        return plain_value(getattr(one, member))

"""What is declared beside the members of an aggregate, and what follows from it.

    name: Annotated[Line, label, sortable, searched]
    portfolio_id: Annotated[Id | None, names("portfolio"), filterable] = None

These marks decide the columns of the table, and the filters, sorts and search of lists. They also decide the
bodies of requests, which members are personal, and where a reference is looked up.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import Enum
from functools import cached_property
from types import NoneType
from typing import Annotated, Any, Literal, get_args, get_origin
from uuid import UUID

from pydantic import BaseModel

from shared.base.money import Money

Kind = Literal["id", "text", "code", "instant", "day", "money", "integer", "boolean"]
"""How the values of a member are compared: what a column, a filter and a sort need to know."""


class Mark(Enum):
    """A property of a member, written beside its type."""

    FILTERABLE = "lists can be narrowed by it"
    SORTABLE = "lists can be narrowed and sorted by it; a text is sorted as people sort"
    SORTABLE_AS_WRITTEN = "the same, and a text is sorted character by character"
    SEARCHED = "lists can be narrowed by it, and `q` looks in it"
    STORED = "it has a column, for which no list can ask"
    UNIQUE = "no two aggregates of the collection have the same value, archived ones included"
    CODE = "a text that is a code: it is no prose, and its values are compared as they are"
    LABEL = "it is shown where the aggregate is named"
    AT_CREATION = "a request gives it at creation; no patch changes it"
    OPTIONAL_AT_CREATION = "a request may give it at creation; the service supplies it otherwise"
    NOT_GIVEN = "no request gives it: it follows from moves, or from other members"


filterable = Mark.FILTERABLE
sortable = Mark.SORTABLE
sortable_as_written = Mark.SORTABLE_AS_WRITTEN
searched = Mark.SEARCHED
stored = Mark.STORED
unique = Mark.UNIQUE
code = Mark.CODE
label = Mark.LABEL
at_creation = Mark.AT_CREATION
optional_at_creation = Mark.OPTIONAL_AT_CREATION
not_given = Mark.NOT_GIVEN

SAME_KIND = "same kind"
"""What `names` says of an id that names an aggregate of the kind that it stands in."""

_FILTERED = {filterable, sortable, sortable_as_written, searched}
_GIVEN_APART = {at_creation, optional_at_creation, not_given}


@dataclass(frozen=True)
class names:  # noqa: N801 - read beside a type: names("portfolio")
    """The id is one of this kind of aggregate, by its name in the catalogue."""

    aggregate: str
    checked: bool = True
    """Whether a service that keeps no copy of such aggregates is refused: False where it takes any id."""


@dataclass(frozen=True)
class named_by:  # noqa: N801 - read beside a type: named_by("org_unit")
    """A request may give a name in its place, as the member `text`: what is called so is found, or made."""

    text: str


@dataclass(frozen=True, eq=False)
class personal:  # noqa: N801 - read beside a type: personal("Erased person")
    """The member is about a person; once the person is erased, `replacement` stands there."""

    replacement: Any = None


@dataclass(frozen=True)
class Member:
    """One member of an aggregate as it is declared. `kind` is None for what no column can hold."""

    name: str
    kind: Kind | None
    nullable: bool
    marks: frozenset[Mark] = frozenset()
    names: str | None = None
    takes_any_id: bool = False
    named_by: str | None = None
    """The member of a request that gives a name in place of the id."""
    erased: personal | None = None
    is_choice: bool = False
    """Whether its values are those of an enumeration."""
    parts: tuple["Member", ...] = ()
    """Of a filterable shape its own members, each a column: `subject_kind`, `subject_id`."""
    part_of: tuple[str, str] | None = None
    """Of such a part the member that it is a part of, and its name there."""

    @property
    def is_filterable(self) -> bool:
        return bool(self.marks & _FILTERED)

    @property
    def is_sortable(self) -> bool:
        return bool(self.marks & {sortable, sortable_as_written})

    @property
    def has_sort_key(self) -> bool:
        """Whether its sort key is kept beside it: texts and codes, but not choices."""
        return sortable in self.marks and self.kind in ("text", "code") and not self.is_choice

    @property
    def has_column(self) -> bool:
        return self.is_filterable or bool(self.marks & {stored, unique})


@dataclass(frozen=True)
class Members:
    """All that an aggregate declares beside its own members, in the order of the shape."""

    each: Mapping[str, Member] = field(default_factory=dict)

    def __iter__(self) -> Iterator[Member]:
        return iter(self.each.values())

    def _named(self, *marks: Mark) -> tuple[str, ...]:
        return tuple(member.name for member in self if member.marks & set(marks))

    @cached_property
    def columns(self) -> tuple[Member, ...]:
        """The members and parts that have a column."""
        return tuple(one for member in self for one in member.parts or (member,) if one.has_column)

    @cached_property
    def filters(self) -> dict[str, Kind]:
        """Member -> how its values are compared, of those that a list can be narrowed by."""
        return {one.name: one.kind for one in self.columns if one.is_filterable and one.kind}

    @cached_property
    def parts(self) -> dict[str, Member]:
        """Column of a part -> the part."""
        return {part.name: part for member in self for part in member.parts}

    @cached_property
    def sorts(self) -> tuple[str, ...]:
        return tuple(member.name for member in self if member.is_sortable)

    @cached_property
    def searched(self) -> tuple[str, ...]:
        """The members in whose text `q` looks."""
        return self._named(searched)

    @cached_property
    def label(self) -> str | None:
        """The member that is shown where the aggregate is named; None where its id is."""
        return next(iter(self._named(label)), None)

    @cached_property
    def created(self) -> tuple[str, ...]:
        """The members that a request gives at creation, without those it may leave out for the service to supply."""
        return tuple(m.name for m in self if not m.marks & {optional_at_creation, not_given})

    @cached_property
    def optional(self) -> tuple[str, ...]:
        return self._named(optional_at_creation)

    @cached_property
    def revised(self) -> tuple[str, ...]:
        """The members that a patch may change."""
        return tuple(m.name for m in self if not m.marks & _GIVEN_APART)

    @cached_property
    def fixed(self) -> tuple[str, ...]:
        """The members that a request gives at creation, and no patch changes."""
        return self._named(at_creation)

    @cached_property
    def references(self) -> dict[str, str]:
        """Member -> the kind of aggregate that its id names."""
        return {m.name: m.names for m in self if m.names is not None}

    @cached_property
    def unchecked(self) -> frozenset[str]:
        """Of those the members that may hold any id, because the service keeps no copy of what they name."""
        return frozenset(m.name for m in self if m.takes_any_id)

    @cached_property
    def named(self) -> dict[str, str]:
        """Member of a request that gives a name -> the member whose id it stands for."""
        return {m.named_by: m.name for m in self if m.named_by is not None}

    @cached_property
    def personal(self) -> dict[str, Any]:
        """Member -> what stands there once the person is erased."""
        return {m.name: m.erased.replacement for m in self if m.erased is not None}


def members_of(shape: type[BaseModel], base: Collection[str], kind: str = "") -> Members:
    """What the shape declares beside its members, without those of its `base`; `kind` is its own name in the catalogue.

    TypeError where that makes no sense."""
    each = [_of_kind(_member(shape, name), kind) for name in shape.model_fields if name not in base]
    if len([m for m in each if label in m.marks]) > 1:
        raise TypeError(f"{shape.__name__} has more than one label")
    return Members({member.name: member for member in each})


def references_within(shape: type[BaseModel], base: Collection[str]) -> dict[tuple[str, ...], names]:
    """Path -> what the ids in parts and lists name: `("decided_by",)` of a list of ids, `("roles", "person_id")` of a list of
    parts. The members that are ids themselves are not among them."""
    each = ((name, info) for name, info in shape.model_fields.items() if name not in base)
    return {(name, *path): mark for name, info in each for path, mark in _named_below(info.annotation)}


def _named_below(annotation: Any) -> Iterator[tuple[tuple[str, ...], names]]:
    kind, _, _ = unwrapped(annotation)
    if get_origin(kind) is list:
        (item,) = get_args(kind)
        yield from (((), mark) for mark in unwrapped(item)[2] if isinstance(mark, names))
        yield from _named_below(item)
    elif isinstance(kind, type) and issubclass(kind, BaseModel):
        for name, info in kind.model_fields.items():
            marks = (*unwrapped(info.annotation)[2], *info.metadata)
            yield from (((name,), mark) for mark in marks if isinstance(mark, names))
            yield from (((name, *path), mark) for path, mark in _named_below(info.annotation))


def _of_kind(member: Member, kind: str) -> Member:
    return replace(member, names=kind) if member.names == SAME_KIND else member


def _member(shape: type[BaseModel], name: str) -> Member:
    info = shape.model_fields[name]
    kind, nullable, declared = unwrapped(info.annotation)
    declared = [*declared, *info.metadata]
    marks = frozenset(one for one in declared if isinstance(one, Mark))
    for one in declared:
        if isinstance(one, str) or one in (names, named_by, personal):
            raise TypeError(f"{shape.__name__}.{name} is marked with {one!r}, which is no mark")
    named = next((one for one in declared if isinstance(one, names)), None)
    target, any_id = (named.aggregate, not named.checked) if named else (None, False)
    text = next((one.text for one in declared if isinstance(one, named_by)), None)
    replaced = next((one for one in declared if isinstance(one, personal)), None)
    choice = isinstance(kind, type) and issubclass(kind, Enum)
    parts = _parts(name, kind, nullable, marks)
    member = Member(name, _kind(kind, marks), nullable, marks, target, any_id, text, replaced, choice, parts)
    fault = _fault(member)
    if fault:
        raise TypeError(f"{shape.__name__}.{name} {fault}")
    return member


def _parts(name: str, kind: Any, nullable: bool, marks: frozenset[Mark]) -> tuple[Member, ...]:
    """The columns of a filterable shape: one for each of its members, `<member>_<part>`."""
    if filterable not in marks or not (isinstance(kind, type) and issubclass(kind, BaseModel)):
        return ()
    return tuple(
        replace(one, name=f"{name}_{one.name}", nullable=nullable or one.nullable, part_of=(name, one.name),
                marks=one.marks | {filterable})
        for one in (_member(kind, part) for part in kind.model_fields)
    )  # fmt: skip


def _fault(member: Member) -> str | None:
    """What of a declaration makes no sense."""
    if member.has_column and member.kind is None and not member.parts:
        return "cannot be kept in a column"
    if len(member.marks & _GIVEN_APART) > 1:
        return "is given in two ways"
    if searched in member.marks and member.kind not in ("text", "code"):
        return "is no text that could be searched"
    if member.names is not None and member.kind != "id":
        return "names an aggregate, and is no id"
    if member.named_by is not None and (member.names is None or not member.nullable):
        return "is given by a name, and is no id that may be left out"
    return None


def unwrapped(annotation: Any) -> tuple[Any, bool, list[Any]]:
    """The type without its annotations and without null, whether it may be null, and the annotations."""
    if get_origin(annotation) is Annotated:
        kind, nullable, declared = unwrapped(annotation.__origin__)
        return kind, nullable, [*declared, *annotation.__metadata__]
    options = get_args(annotation)
    others = [option for option in options if option is not NoneType]
    if NoneType in options and len(others) == 1:
        kind, _, declared = unwrapped(others[0])
        return kind, True, declared
    return annotation, False, []


_KINDS: Mapping[type, Kind] = {
    bool: "boolean",
    UUID: "id",
    datetime: "instant",
    date: "day",
    Money: "money",
    int: "integer",
}


def _kind(kind: Any, marks: frozenset[Mark]) -> Kind | None:
    if not isinstance(kind, type):
        return None
    if issubclass(kind, Enum):
        return "code"
    if issubclass(kind, str):
        return "code" if code in marks else "text"
    return _KINDS.get(kind)

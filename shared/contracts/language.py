"""How the published language is declared: shapes, facts, and the one catalogue that knows them all.

An aggregate's shape is what GET answers, what a list contains, what a write answers and what an event carries as
`state`. A fact is what happened, in the past tense, with its own details. Both are declared once; what holds of a
member stands beside it (`shared/contracts/members.py`):

    @aggregate("projects", "projects")
    class Project(Aggregate):
        name: Annotated[Line, label, sortable, searched]

    @fact(Project, "approved")
    class ProjectApproved(Fact): ...
"""

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Annotated, Any, ClassVar, Literal, TypeVar, cast
from uuid import UUID

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetJsonSchemaHandler,
    JsonValue,
    PlainSerializer,
    StringConstraints,
    ValidationInfo,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from shared.base.clock import FIRST_YEAR, LAST_YEAR, of_our_age, parse_day, parse_instant
from shared.base.docstrings import member_docstrings
from shared.base.english import with_article
from shared.base.ids import is_canonical
from shared.base.text import COMBINING, DIRECTIONS, IGNORABLE, LINE_ENDS, OVERRIDES, composed, shows_nothing
from shared.contracts.members import Members, code, members_of
from shared.contracts.stored import STORED, write_instant

PARTITIONS = 12
STATE_LIMIT = 64 * 1024
"""The largest state an event may carry, in bytes of JSON."""


def _read_instant(value: object) -> datetime:
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise ValueError("an instant needs its offset, such as Z")
        of_our_age(value)
        return value
    if not isinstance(value, str):
        raise ValueError("an instant is an RFC 3339 text, such as 2026-06-01T08:30:00Z")
    return parse_instant(value)


def _read_day(value: object) -> date:
    if isinstance(value, str):
        return parse_day(value)
    if isinstance(value, date) and not isinstance(value, datetime):
        return of_our_age(value)
    raise ValueError("a date is written 2026-06-01")


def _read_id(value: object) -> UUID:
    if isinstance(value, UUID):
        return value
    if isinstance(value, str) and is_canonical(value):
        return UUID(value)
    raise ValueError("an id is a UUID in canonical form")


DAY_BOUNDS: dict[str, JsonValue] = {"x-minimum": f"{FIRST_YEAR}-01-01", "x-maximum": f"{LAST_YEAR}-12-31"}
INSTANT_BOUNDS: dict[str, JsonValue] = {
    "x-minimum": f"{FIRST_YEAR}-01-01T00:00:00Z",
    "x-maximum": f"{LAST_YEAR}-12-31T23:59:59.999999Z",
}
"""What JSON Schema has no keyword for. A pattern would say it too, and clients that generate dates would fail at it."""

Instant = Annotated[
    datetime,
    BeforeValidator(_read_instant),
    PlainSerializer(write_instant, when_used="json"),
    Field(examples=["2026-06-01T08:30:00.000000Z"], json_schema_extra=INSTANT_BOUNDS),
]
Day = Annotated[
    date, BeforeValidator(_read_day), Field(examples=["2026-06-01"], json_schema_extra=DAY_BOUNDS)
]
Id = Annotated[UUID, BeforeValidator(_read_id), Field(examples=["01978f2e-7c4a-7d3b-9a41-5f0c6e1b2a3d"])]

CONTROLS = r"\u0000-\u001f\u007f-\u009f"
CONTROLS_BUT_LINES = r"\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f"

_REFUSED = re.compile(f"[{CONTROLS}]")
_REFUSED_IN_PROSE = re.compile(f"[{CONTROLS_BUT_LINES}]")
_ENDS_A_LINE = re.compile(f"[{LINE_ENDS}]")
_TURNS = re.compile(f"[{DIRECTIONS}]")
_OVERTURNS = re.compile(f"[{OVERRIDES}]")


class Pattern:
    """Tells in JSON Schema which characters a text may have; what refuses them is the validator beside it."""

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return {**handler(schema), "pattern": self.pattern}


def _compose(value: object) -> object:
    return composed(value) if isinstance(value, str) else value


def _check_line(text: str, info: ValidationInfo) -> str:
    if text.isascii() and text.isprintable() and not text.isspace():
        return text
    if _REFUSED.search(text):
        raise ValueError("control characters are not accepted")
    if info.context is not STORED:
        if _ENDS_A_LINE.search(text):
            raise ValueError("it is one line of text")
        if _TURNS.search(text):
            raise ValueError("characters that turn the direction of writing are not accepted")
        if shows_nothing(text):
            raise ValueError("nothing of it can be seen")
    return text


def _check_prose(text: str, info: ValidationInfo) -> str:
    if text.isascii() and text.isprintable():
        return text
    if _REFUSED_IN_PROSE.search(text):
        raise ValueError("control characters are not accepted")
    if info.context is not STORED and _OVERTURNS.search(text):
        raise ValueError("characters that override the direction of writing are not accepted")
    return text


_ANY = f"[^{CONTROLS}{LINE_ENDS}{DIRECTIONS}]*"
_SEEN = rf"{_ANY}[^{CONTROLS}\s{IGNORABLE}{COMBINING}]{_ANY}"

Line = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=300),
    AfterValidator(_check_line),
    BeforeValidator(_compose),
    Pattern(rf"^[\t-\r ]*{_SEEN}[\t-\r ]*$"),
]
"""One line of text with something to see in it, in normalization form C."""
Prose = Annotated[
    str,
    StringConstraints(max_length=20_000),
    AfterValidator(_check_prose),
    BeforeValidator(_compose),
    Pattern(f"^[^{CONTROLS_BUT_LINES}{OVERRIDES}]*$"),
]
"""Text of several lines, or none, in normalization form C."""
Code = Annotated[
    str, StringConstraints(pattern=r"^[A-Z0-9][A-Z0-9._-]{0,39}$"), Field(examples=["PRJ-0042"]), code
]
Percent = Annotated[int, Field(ge=0, le=100, strict=True)]
Key = Annotated[
    str,
    StringConstraints(min_length=1, max_length=200),
    AfterValidator(_check_line),
    BeforeValidator(_compose),
    Pattern(f"^{_SEEN}$"),
]
"""A key of another system, as it is there but for normalization form C."""
Source = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_.-]{0,39}$")]
Email = Annotated[
    str,
    StringConstraints(
        max_length=200,
        pattern="@".join((f"^[^@\\s{CONTROLS}{DIRECTIONS}]+", f"[^@\\s{CONTROLS}{DIRECTIONS}]+$")),
    ),
    BeforeValidator(_compose),
]


def absent(schema: dict[str, Any]) -> None:
    """For `json_schema_extra` of a member that is left out of an answer where it has no value, and never null."""
    schema.pop("default", None)
    choices = [choice for choice in schema.pop("anyOf") if choice != {"type": "null"}]
    schema |= choices[0] if len(choices) == 1 else {"anyOf": choices}


class Described(BaseModel):
    """The text under a member describes it in every document. Pydantic makes what checks it at its first use."""

    model_config = ConfigDict(defer_build=True)

    @classmethod
    def __pydantic_init_subclass__(cls, **_: Any) -> None:
        for name, text in member_docstrings(cls).items():
            member = cls.model_fields.get(name)
            if member is not None and member.description is None:
                member.description = text


class AnswerShape(Described):
    """A shape that is only answered."""


class Shape(Described):
    """A part of the published language: closed, and checked at every assignment."""

    model_config = ConfigDict(
        extra="forbid",
        validate_assignment=True,
        hide_input_in_errors=True,
    )

    def to_json(self) -> bytes:
        """The wire form; made once per change and then passed on as bytes."""
        return type(self).__pydantic_serializer__.to_json(self)

    def take(self, **members: object) -> None:
        """Members whose values a check of the same type has passed: they are not checked again."""
        vars(self).update(members)


class ExternalRef(Shape):
    """The key of the thing in the system it came from."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"source": "jira", "id": "ERP-17"}]}, frozen=True
    )

    source: Source
    """The system it came from, by the name under which it feeds Portolan."""
    id: Key
    """Its key in that system, unique within the source and the collection."""


class Aggregate(Shape):
    """What every aggregate shows of itself."""

    id: Id
    """The identity: a UUIDv7 that Portolan gives and that never changes."""
    version: Annotated[int, Field(ge=1)]
    """Counts the commits of this resource: 1, 2, 3 …; it is the ETag."""
    created_at: Instant
    """When it was recorded first."""
    updated_at: Instant
    """When this version was recorded."""
    archived_at: Instant | None = None
    """Since when it has been out of the lists; null while it is in them."""
    external_ref: ExternalRef | None = None
    """Its key in the system that it came from."""


class Erasable(Aggregate):
    """Personal data of one person, which can be redacted (see `shared.domain.erasure`)."""

    PERSONAL: ClassVar[dict[str, Any]] = {}
    """The members that are marked `personal`, and the external key, each with what stands there once the person is
    erased; filled by `aggregate`."""

    erased_at: Instant | None = None
    """When the person was erased; null otherwise."""


class Fact(Shape):
    """What happened in one commit of an aggregate, with its own details (who did it stands in the envelope).

    A fact that `erases` redacts the personal members of every version of its aggregate, earlier ones
    included.
    """

    name: ClassVar[str] = ""
    of: ClassVar[type[Aggregate]]
    erases: ClassVar[bool] = False


class Reasoned(Fact):
    """A decision, with its reason."""

    reason: Prose | None = None
    """Why it was decided so, in the words of the person who decided."""


class Decision(Shape):
    """Why a move is made."""

    reason: Annotated[Prose | None, Field(examples=["Agreed by the steering committee of 1 June."])] = None
    """Why the move is made; it stands in the event."""


Visibility = Literal["open", "restricted", "people", "restricted_people"]
"""Who may see an aggregate. `restricted`: only callers with the service's scope `restricted`, on every route and in
every feed; consumers subscribe to it by name. `people`: tells of persons, and can be erased."""

OPEN_TO_READERS: tuple[Visibility, ...] = ("open", "people")
"""What the scope `read` shows, and what consumers take in unless they say otherwise."""

CLASSES: tuple[Visibility, ...] = (*OPEN_TO_READERS, "restricted", "restricted_people")


@dataclass(frozen=True, eq=False)
class AggregateType:
    """One entry of the catalogue. `key` names the member by which events are keyed on the bus: the project, or the id."""

    service: str
    name: str
    collection: str
    shape: type[Aggregate]
    key: str
    visibility: Visibility = "open"
    is_read_only: bool = False
    """Whether only reactions write it: no request makes or changes one."""
    needs: Literal["write", "decide"] = "write"
    """The verb that creating, changing and archiving one needs; its moves say theirs."""
    scope: tuple[str, ...] = ()
    """The members of which the first that is given says in what the aggregate lies; none: in the instance."""
    facts: dict[str, type[Fact]] = field(default_factory=dict)

    @property
    def noun(self) -> str:
        """What one is called in papers and refusals."""
        return self.name.replace("_", " ")

    @property
    def plural(self) -> str:
        """What several are called, as the collection is."""
        return self.collection.replace("-", " ")

    @cached_property
    def members(self) -> Members:
        """What is declared beside the aggregate's own members."""
        return members_of(self.shape, Erasable.model_fields)

    def scope_of(self, one: Aggregate) -> tuple[str, UUID] | None:
        """In what an aggregate lies: `("project", id)`; None for the instance as a whole."""
        for member in self.scope:
            if (id := getattr(one, member)) is not None:
                kind = self.members.references.get(member, member.removesuffix("_id"))
                return (self.name if member == "id" else kind), id
        return None

    @cached_property
    def topic(self) -> str:
        match self.visibility:
            case "open":
                return f"portolan.{self.service}.v1"
            case "restricted":
                return f"portolan.{self.service}.restricted.v1"
            case "people":
                return f"portolan.{self.service}.people.v1"
            case "restricted_people":
                return f"portolan.{self.service}.restricted_people.v1"

    @property
    def is_restricted(self) -> bool:
        return self.visibility not in OPEN_TO_READERS

    @property
    def tells_of_people(self) -> bool:
        return self.visibility in ("people", "restricted_people")

    def event_type(self, fact: str) -> str:
        return f"portolan.{self.service}.{self.name}.{fact}.v1"


CATALOGUE: dict[type[Aggregate], AggregateType] = {}
"""Every aggregate of the published language, in the order of declaration."""

EVENT_TYPES: dict[str, tuple[AggregateType, type[Fact]]] = {}
"""`portolan.projects.project.approved.v1` -> whose fact it is."""

A = TypeVar("A", bound=Aggregate)
F = TypeVar("F", bound=Fact)

PLAIN_FACTS = ("created", "revised", "archived", "restored", "migrated")
"""The facts that need no details of their own, declared for every aggregate."""


SCOPES = ("project_id", "programme_id", "portfolio_id", "unit_id", "person_id")
"""The members that say in what an aggregate lies, the narrowest first."""


def aggregate(
    service: str,
    collection: str,
    key: str = "id",
    visibility: Visibility = "open",
    *,
    name: str = "",
    scope: tuple[str, ...] | None = None,
    read_only: bool = False,
    needs: Literal["write", "decide"] = "write",
) -> Callable[[type[A]], type[A]]:
    """Enter a shape into the catalogue. TypeError where its names are taken or a declaration makes no sense.

    `name` is the snake-case name of the class where none is given. `needs` is the verb that writing one needs. `scope` names the members that say in what the
    aggregate lies: the key's project, else all of SCOPES that it has; `("id",)` for what others lie in.
    """

    def declare(shape: type[A]) -> type[A]:
        type_name = name or _snake(shape.__name__)
        lies_in = scope
        if lies_in is None:
            lies_in = ("project_id",) if key == "project_id" else _scopes(shape)
        entry = AggregateType(
            service, type_name, collection, shape, key, visibility, read_only, needs, lies_in
        )
        _refuse_second(entry)
        _check_declaration(entry)
        CATALOGUE[shape] = entry
        if issubclass(shape, Erasable):
            shape.PERSONAL = {"external_ref": None} | entry.members.personal
        for plain_name in PLAIN_FACTS:
            documentation = f"{with_article(entry.noun).capitalize()} was {plain_name}."
            plain = type(shape.__name__ + plain_name.capitalize(), (Fact,), {"__doc__": documentation})
            fact(shape, plain_name)(plain)
        return shape

    return declare


def _scopes(shape: type[Aggregate]) -> tuple[str, ...]:
    return tuple(member for member in SCOPES if member in shape.model_fields)


def _refuse_second(entry: AggregateType) -> None:
    """No two aggregates have the same topic and type, the same path, or the same component of a document."""
    for other in CATALOGUE.values():
        if other.service == entry.service and entry.name == other.name:
            raise TypeError(f"{entry.service} has an aggregate {entry.name} already")
        if other.service == entry.service and entry.collection == other.collection:
            raise TypeError(f"{entry.service} has a collection {entry.collection} already")
        if other.shape.__name__ == entry.shape.__name__:
            raise TypeError(f"a component {entry.shape.__name__} is there already, of {other.service}")


def _check_declaration(entry: AggregateType) -> None:
    shape = entry.shape
    for member in (entry.key, *entry.scope):
        if member not in shape.model_fields:
            raise TypeError(f"{shape.__name__} has no member {member}")
    if entry.members.personal and not (entry.tells_of_people and issubclass(shape, Erasable)):
        raise TypeError(f"{shape.__name__} has personal members, and is not erased")


def fact(of: type[Aggregate], name: str) -> Callable[[type[F]], type[F]]:
    def declare(details: type[F]) -> type[F]:
        details.name, details.of = name, of
        entry = CATALOGUE[of]
        if name in entry.facts:
            raise TypeError(f"{details.__name__}: a {entry.name} has a fact {name} already")
        if details.erases and not (entry.tells_of_people and issubclass(of, Erasable)):
            raise TypeError(f"{details.__name__} erases events that are kept for ever on {entry.topic}")
        entry.facts[name] = details
        EVENT_TYPES[entry.event_type(name)] = (entry, details)
        return details

    return declare


def plain(of: type[Aggregate], name: str) -> Fact:
    """The fact `name` of an aggregate, where it has no details: `plain(Project, "revised")`."""
    return CATALOGUE[of].facts[name]()


def entry_of(shape: type[Aggregate]) -> AggregateType:
    return CATALOGUE[shape]


def topics_of(*services: str, classes: Collection[Visibility] = CLASSES) -> list[str]:
    """The topics on which the services publish what is of these classes."""
    return sorted({e.topic for e in CATALOGUE.values() if e.service in services and e.visibility in classes})


def service_of(topic: str) -> str:
    """The service that publishes on the topic, and so has its history."""
    return next(entry.service for entry in CATALOGUE.values() if entry.topic == topic)


def class_of(topic: str) -> Visibility:
    """Who may see what is published on the topic."""
    return next(entry.visibility for entry in CATALOGUE.values() if entry.topic == topic)


def erased_by(event_type: str) -> type[Erasable] | None:
    """What the event erases; None for nearly every event."""
    event_class = EVENT_TYPES.get(event_type)
    if event_class is None or not event_class[1].erases:
        return None
    return cast(type[Erasable], event_class[1].of)


def is_compacted(topic: str) -> bool:
    """Whether the topic keeps only the last record of a key, so that personal data can be removed."""
    return any(e.topic == topic and e.tells_of_people for e in CATALOGUE.values())


def _snake(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()

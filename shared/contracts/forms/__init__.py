"""The form models: what a client needs to know of each collection to list, show and change it, in a compact form.

`make contracts` writes them from the declarations: one file for each collection, read when it is first asked for, and
`index.json`, which is small and says what there is and what names what. They hold no more than the OpenAPI documents
do, and are a hundred times smaller.
"""

from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any, Literal

import msgspec

FOLDER = Path(__file__).parent

Kind = Literal[
    "line", "prose", "integer", "number", "yes_no", "day", "instant", "money", "currency", "choice", "reference",
    "part", "rows", "map", "file",
]  # fmt: skip
"""What a value is. `part`: members of its own; `rows`: a list of what `members` say (one without a name where the items
are single values); `map`: texts by name; `file`: the hash of a content, which a form sends as a file."""


class Field(msgspec.Struct, frozen=True, omit_defaults=True):
    """A member of an aggregate, of a part of it, or of what a move takes."""

    name: str
    kind: Kind
    about: str = ""
    """What it means, in English."""
    required: bool = False
    nullable: bool = False
    default: Any = None
    choices: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    """The kinds of aggregate that its id may name; where there are several, `kind_by` is the member that says which."""
    kind_by: str = ""
    members: "tuple[Field, ...]" = ()
    minimum: float | None = None
    maximum: float | None = None
    longest: int | None = None
    """Characters of a text, or items of a list."""
    example: str = ""

    @property
    def is_year(self) -> bool:
        """Years are counted, and not grouped by thousands."""
        return self.name.endswith("year")


class Move(msgspec.Struct, frozen=True, omit_defaults=True):
    """What can be done with one beside changing it: `POST …/{id}/<verb>`."""

    verb: str
    scopes: tuple[str, ...]
    about: str = ""
    takes: tuple[Field, ...] = ()
    is_step: bool = False
    """Whether it is a step of the lifecycle, so that `allowed_moves` says when it is possible."""
    leads: dict[str, str] = {}
    """Of a step: state -> the state to which it leads from there; those from which it may lead to several are none of them."""
    in_batches: bool = False
    """Whether an item of a batch may make it."""
    parts_by: str = ""
    """The member by which parts name what they are in, where the move is for what has no parts: what has some shows theirs."""


class Entry(msgspec.Struct, frozen=True, omit_defaults=True):
    """A collection in the index."""

    service: str
    group: str
    collection: str
    name: str
    """The kind of aggregate: `work_package`."""
    title: tuple[str, ...]
    """The members by which one is known: its label, or what tells it from others."""
    reads: tuple[str, ...]
    """The scopes that reading needs."""
    writes: tuple[str, ...] = ()
    """The scopes that creating, changing and archiving need; none where nobody does."""
    names: dict[str, tuple[str, ...]] = {}
    """Of the members that lists can be narrowed by: the kinds of aggregate that they name."""
    state: str = ""
    """The member that moves change."""
    awaited: dict[str, tuple[str, ...]] = {}
    """State -> the moves for whose decision it waits."""
    awaits: str = "decide"
    """Whom it waits for: those who decide, or also those who write or contribute, where one of these moves asks no more."""
    persons: tuple[str, ...] = ()
    """The paths of the members that name persons, such as `principal.person_id`."""
    frozen: str = ""
    """The member that holds the hash of frozen content; empty where nothing is frozen."""

    @property
    def path(self) -> str:
        """Where the collection is in the API."""
        return f"/{self.service}/v1/{self.collection}"

    @property
    def key(self) -> str:
        return f"{self.service}.{self.name}"


class Editions(msgspec.Struct, frozen=True, omit_defaults=True):
    """In which states an edition is edited, binds, or was given up."""

    binding: str
    """Then it binds: its next edition can be made."""
    bound: tuple[str, ...]
    """Then it binds or has bound: it is not edited any more."""
    given_up: tuple[str, ...] = ()
    """Then it has never bound and never will: another next edition can be made."""


class FormModel(msgspec.Struct, frozen=True, omit_defaults=True):
    """One collection, as pages and other clients need it."""

    entry: Entry
    members: tuple[Field, ...]
    """What is declared of it, in the order of the declaration, and its external key."""
    creates: tuple[str, ...] = ()
    """The members that a request gives at creation."""
    supplied: tuple[str, ...] = ()
    """Those of them that it may leave out for the service to supply."""
    revises: tuple[str, ...] = ()
    """The members that a patch may change."""
    moves: tuple[Move, ...] = ()
    state: str = ""
    """The member that moves change."""
    filters: tuple[str, ...] = ()
    sorts: tuple[str, ...] = ()
    searches: bool = False
    """Whether lists have `q`."""
    editions: Editions | None = None
    """The states that count for editions; None where there are none."""

    @property
    def by_name(self) -> dict[str, Field]:
        return {member.name: member for member in self.members}

    @property
    def created(self) -> tuple[Field, ...]:
        """What a request that makes one may give, in the order of the declaration."""
        return tuple(
            msgspec.structs.replace(m, required=False, default=None) if m.name in self.supplied else m
            for m in self.members
            if m.name in self.creates
        )

    @property
    def revised(self) -> tuple[Field, ...]:
        """What a patch may change."""
        return tuple(m for m in self.members if m.name in self.revises)

    def move(self, verb: str) -> Move | None:
        return next((move for move in self.moves if move.verb == verb), None)


_INDEX = msgspec.json.Decoder(tuple[Entry, ...])
_MODEL = msgspec.json.Decoder(FormModel)


@cache
def index() -> tuple[Entry, ...]:
    """Every collection, in the order of the papers."""
    return _INDEX.decode((FOLDER / "index.json").read_bytes())


@cache
def by_kind(service: str) -> dict[str, Entry]:
    """Kind of aggregate -> the collection that a service means by it: of a kind that several services have, its own."""
    entries: dict[str, Entry] = {}
    for entry in sorted(index(), key=lambda one: one.service != service):
        entries.setdefault(entry.name, entry)
    return entries


@cache
def entry_by_key() -> dict[str, Entry]:
    """`projects.work_package` -> its collection."""
    return {entry.key: entry for entry in index()}


@cache
def shared_kinds() -> frozenset[str]:
    """The kinds of aggregate that several services have, such as documents."""
    counts = Counter(entry.name for entry in index())
    return frozenset(name for name, count in counts.items() if count > 1)


@cache
def entry_at(service: str, collection: str) -> Entry | None:
    return next((e for e in index() if (e.service, e.collection) == (service, collection)), None)


def model_of(entry: Entry) -> FormModel:
    """The model of a collection, read from its file once."""
    return _model_in(f"{entry.service}.{entry.collection}.json")


@cache
def _model_in(file: str) -> FormModel:
    return _MODEL.decode((FOLDER / file).read_bytes())

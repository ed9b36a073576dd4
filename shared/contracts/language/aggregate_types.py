"""The catalogue of aggregate types: whose they are, who may see them, and the facts that they have."""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal
from uuid import UUID

from shared.contracts.language.shapes import Aggregate, Erasable, Fact
from shared.contracts.members import Members, members_of, names, references_within
from shared.contracts.words import Called

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
    needs: Literal["write", "decide", "contribute"] = "write"
    """The verb that creating, changing and archiving one needs; its moves say theirs."""
    scope: tuple[str, ...] = ()
    """The members of which the first that is given says in what the aggregate lies; none: in the instance."""
    facts: dict[str, type[Fact]] = field(default_factory=dict)
    is_attached: bool = False
    """Whether it lies where its `subject` does: its scope members follow those of the subject."""
    editions: str = ""
    """The state in which an edition binds; empty where there are no editions."""
    frozen: str = ""
    """The member that holds the hash of frozen content; empty where nothing is frozen."""
    has_history: bool = True
    """Whether reporting keeps every version; of what is many and changed in bulk only the newest."""

    @property
    def noun(self) -> str:
        """What one is called in papers and refusals."""
        return Called("aggregate", self.name, self.name.replace("_", " "))

    @property
    def plural(self) -> str:
        """What several are called, as the collection is."""
        return Called("aggregates", self.name, self.collection.replace("-", " "))

    @cached_property
    def members(self) -> Members:
        """What is declared beside the aggregate's own members."""
        return members_of(self.shape, Erasable.model_fields, self.name)

    @cached_property
    def references_within(self) -> dict[tuple[str, ...], names]:
        """What the ids in its parts and lists name, by their paths."""
        return references_within(self.shape, Erasable.model_fields)

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


def type_name(shape: type[Aggregate]) -> str:
    """The name of an aggregate; of one that is not declared, as tests have some, that of its class."""
    entry = CATALOGUE.get(shape)
    return entry.name if entry else shape.__name__.lower()


def entry_of(shape: type[Aggregate]) -> AggregateType:
    return CATALOGUE[shape]

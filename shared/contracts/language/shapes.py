"""The shapes of the published language: aggregates, facts, and the parts that they and answers are made of."""

from enum import StrEnum
from typing import Annotated, Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field

from shared.base.docstrings import member_docstrings
from shared.contracts.language.custom import Custom
from shared.contracts.language.values import Id, Instant, Key, Prose, Source

STATE_LIMIT = 64 * 1024
"""The largest state an event may carry, in bytes of JSON."""


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
    custom: Custom = Field(default_factory=dict)
    """Values of the organisation's own fields, by the names of their definitions."""


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


class OwnDecision(StrEnum):
    """Why somebody decided what they had made or submitted themselves."""

    RELAXED = "four_eyes_relaxed"
    DECIDED_ELSEWHERE = "decided_elsewhere"


class Decided(Reasoned):
    """What commits the organisation: nobody decides what they made or submitted (ADR 0046)."""

    own_decision: OwnDecision | None = None
    """Why who made or submitted it could decide it: `four_eyes_relaxed` as the organisation allows, `decided_elsewhere` as
    an import tells; null where somebody else decided."""


class TimeFact(Fact):
    """What time alone brought about: nobody did it, and it is told once."""

    due_at: Instant
    """When it was due. It is told then, or as soon as a service is there again."""


class Decision(Shape):
    """Why a move is made."""

    reason: Annotated[Prose | None, Field(examples=["Agreed by the steering committee of 1 June."])] = None
    """Why the move is made; it stands in the event."""

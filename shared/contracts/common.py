"""What every service with records of its own has: documents and comments on its open aggregates.

Declared once here, and served by each service under its own name: `finance.document`, `FinanceDocument`. They lie where
their subject lies, and so are seen by who sees the subject.
"""

from collections.abc import Callable, Mapping
from enum import StrEnum
from types import new_class
from typing import Annotated, Any, ClassVar, TypeVar

from pydantic import AfterValidator, Field, ValidationInfo

from shared.base.texts import Text
from shared.contracts.language import (
    CATALOGUE,
    Aggregate,
    Day,
    Erasable,
    Fact,
    FileName,
    Id,
    Instant,
    Key,
    Line,
    Reasoned,
    Sha256,
    Shape,
    VisibleProse,
    aggregate,
    fact,
)
from shared.contracts.members import (
    at_creation,
    code,
    filterable,
    label,
    names,
    not_given,
    personal,
    searched,
    sortable,
    stored,
)
from shared.contracts.stored import STORED

SERVICES = ("projects", "resources", "finance", "risk")
"""The services that have subjects for them."""

S = TypeVar("S", bound=Shape)
F = TypeVar("F", bound=Fact)


class Subject(Shape):
    """What it is about: an open aggregate of the same service."""

    kind: Annotated[str, Field(pattern="^[a-z]+(_[a-z]+)*$", examples=["contract"]), code]
    """What kind of aggregate it is, such as `contract`."""
    id: Id
    """The id of the aggregate."""


def subject_kinds(service: str, attached: str) -> dict[str, type[Aggregate]]:
    """Kind -> shape of what an `attached` aggregate (`document`, `comment`) of a service may be about."""
    return {
        entry.name: shape
        for shape, entry in CATALOGUE.items()
        if entry.service == service
        and entry.visibility == "open"
        and (not entry.is_attached or (attached == "comment" and entry.name == "document"))
    }


class Attached(Aggregate):
    """The members of what is attached to a subject. Where it lies follows from the subject."""

    subject: Annotated[Subject, filterable, at_creation]
    """What it is about."""
    project_id: Annotated[Id | None, names("project", checked=False), filterable, not_given] = None
    """The project in which the subject lies."""
    programme_id: Annotated[Id | None, names("programme", checked=False), stored, not_given] = None
    """The programme in which the subject lies."""
    portfolio_id: Annotated[Id | None, names("portfolio", checked=False), stored, not_given] = None
    """The portfolio in which the subject lies."""
    unit_id: Annotated[Id | None, names("org_unit", checked=False), stored, not_given] = None
    """The unit of the organisation in which the subject lies."""


LIES_IN = ("project_id", "programme_id", "portfolio_id", "unit_id")
"""The members that say in what the subject lies."""


# Documents


class DocumentState(StrEnum):
    DRAFT = "draft"
    IN_REVIEW = "in_review"
    APPROVED = "approved"


class DocumentVersion(Shape):
    """One version of a document: a file that never changes."""

    sha256: Sha256
    """The hash of the file, under which the service stores it."""
    name: FileName
    """Its name, under which it is saved."""
    media_type: Annotated[Line, Field(examples=["application/pdf"])]
    """What it is by its content."""
    size: Annotated[int, Field(ge=1)]
    """How many bytes it has."""
    by: Annotated[Id | None, names("person", checked=False)] = None
    """The person who added it; null where the login belongs to no person."""
    on: Day
    """The day on which it was added."""
    approved_on: Day | None = None
    """The day on which it was approved; null where it was not."""


MOST_VERSIONS = 50


class Document(Attached):
    """A document about something, in versions that are reviewed and approved."""

    title: Annotated[Line, label, sortable, searched]
    """What people call it."""
    kind: Annotated[Line | None, filterable, Field(examples=["minutes"])] = None
    """What sort of document it is, in the organisation's words."""
    versions: Annotated[list[DocumentVersion], Field(max_length=MOST_VERSIONS), not_given] = []
    """Its files, the oldest first; the first one is version 1."""
    state: Annotated[DocumentState, filterable, not_given] = DocumentState.DRAFT
    """Where its last version stands; moves change it."""


class DocumentFile(Shape):
    """A file that the caller has sent to `/<service>/v1/files` within a day."""

    sha256: Sha256
    """The hash of its content, as the upload was answered."""
    name: FileName | None = None
    """Its name; the name that it was sent with where none is given."""


class VersionAdded(Fact):
    """A file became the newest version."""

    number: Annotated[int, Field(ge=1)]
    """Which version it is, counted from 1."""


class DocumentApproved(Reasoned):
    """The newest version was approved, which never changes from then on."""

    number: Annotated[int, Field(ge=1)]
    """Which version was approved."""


# Comments


class Comment(Erasable, Attached):
    """What somebody says about something, alone or in reply to another comment.

    Only its author changes it, and it is redacted with its author. It may record a decision: then it is not reworded.
    """

    text: Annotated[VisibleProse, personal("Erased comment")]
    """What is said."""
    author_id: Annotated[Id | None, names("person", checked=False), filterable, not_given, personal()] = None
    """The person who says it; null where the login belongs to no person."""
    author: Annotated[Key | None, not_given, personal()] = None
    """Whom the token was issued to that it was written with."""
    reply_to_id: Annotated[Id | None, names("comment"), filterable, at_creation] = None
    """The comment that it replies to, about the same subject."""
    mentions: Annotated[list[Annotated[Id, names("person")]], Field(max_length=50), personal([])] = []
    """The persons who are to be told of it."""
    decided_on: Annotated[Day | None, sortable] = None
    """The day of a decision that it records; null where it records none."""
    decided_by: Annotated[list[Annotated[Id, names("person")]], Field(max_length=50), personal([])] = []
    """The persons who decided."""
    edited_at: Annotated[Instant | None, not_given] = None
    """When its text was changed; null where it stands as it was written."""


class CommentMentioned(Fact):
    """Persons were mentioned who were not mentioned in it before."""

    person_ids: Annotated[list[Id], Field(min_length=1, max_length=50)]
    """Who is to be told."""


class CommentErased(Reasoned):
    """Its author was erased, and what it said with them."""

    erases: ClassVar[bool] = True


# The shapes and facts of each service


def _kind_of(service: str, attached: str) -> Any:
    """The type of a subject's kind: one of those that the service has by the time it is asked."""

    def check(kind: str, info: ValidationInfo) -> str:
        if info.context is not STORED and kind not in subject_kinds(service, attached):
            raise ValueError(
                Text("one of {names}", names=", ".join(sorted(subject_kinds(service, attached))))
            )
        return kind

    def document(schema: dict[str, Any]) -> None:
        schema.pop("pattern", None)
        schema["enum"] = sorted(subject_kinds(service, attached))

    plain = Subject.model_fields["kind"]
    described = Field(description=plain.description, examples=None, json_schema_extra=document)
    return Annotated[str, AfterValidator(check), described, code]


def _shape(base: type[S], name: str, **members: Any) -> type[S]:
    """A subclass under the name of a service, with members of other types."""

    def body(namespace: dict[str, Any]) -> None:
        namespace["__module__"], namespace["__doc__"] = __name__, base.__doc__
        namespace["__annotations__"] = members

    return new_class(name, (base,), {}, body)


def _attached(service: str, base: type[S], **options: Any) -> type[S]:
    """The shape of one service, declared."""
    kind, name = base.__name__.lower(), f"{service.title()}{base.__name__}"
    subject = _shape(Subject, f"{name}Subject", kind=_kind_of(service, kind))
    description = Attached.model_fields["subject"].description
    annotation: Any = Annotated[subject, filterable, at_creation, Field(description=description)]
    shape = _shape(base, name, subject=annotation)
    declare: Callable[[Any], Any] = aggregate(
        service, f"{kind}s", name=kind, scope=LIES_IN, attached=True, needs="contribute", **options
    )
    declare(shape)
    return shape


def _facts(shape: type[Aggregate], facts: Mapping[str, tuple[type[Fact], str]]) -> None:
    """Declare the facts of one service's shape: name -> (base, when)."""
    for name, (base, when) in facts.items():
        words = "".join(word.capitalize() for word in name.split("_"))
        declared = _shape(base, f"{shape.__name__}{words}")
        declared.__doc__ = when or base.__doc__
        fact(shape, name)(declared)


DOCUMENTS: dict[str, type[Document]] = {service: _attached(service, Document) for service in SERVICES}
"""Service -> the shape of its documents."""
COMMENTS: dict[str, type[Comment]] = {
    service: _attached(service, Comment, visibility="people") for service in SERVICES
}
"""Service -> the shape of its comments."""

for documents in DOCUMENTS.values():
    _facts(
        documents,
        {
            "version_added": (VersionAdded, ""),
            "reviewed": (Reasoned, "Somebody asked for a review of the newest version."),
            "approved": (DocumentApproved, ""),
            "returned": (Reasoned, "It went back to its authors."),
        },
    )
for comments in COMMENTS.values():
    _facts(comments, {"mentioned": (CommentMentioned, ""), "erased": (CommentErased, "")})

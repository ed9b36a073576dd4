"""By whom a project is led, and what binds it: roles, and mandates that are signed."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from shared.base.money import Money
from shared.contracts.language import (
    Aggregate,
    Code,
    Day,
    Decision,
    Edition,
    Fact,
    Id,
    Instant,
    Line,
    Prose,
    Reasoned,
    Sha256,
    Shape,
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
    optional_at_creation,
    searched,
    sortable,
    sortable_as_written,
    unique,
)

RoleCode = Annotated[
    str, Field(pattern="^[a-z][a-z0-9_]{0,39}$", examples=["sponsor", "project_manager"]), code
]
"""A role within a project, by the code that its method gives it. Without a method `sponsor` and `manager` (or
`project_manager`) act as such; any other code may be used beside them."""


HashRead = Annotated[
    str,
    Field(
        pattern="^[a-f0-9]{64}$",
        examples=["9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"],
    ),
    code,
]
"""The SHA-256 of a content that somebody read, in small hexadecimal digits. It names no file that was sent: forms know those by the
pattern of `Sha256`, which is another one."""


class ProjectRoleState(StrEnum):
    IS_HELD = "held"
    ENDED = "ended"


@aggregate("projects", "project-roles", key="project_id")
class ProjectRole(Aggregate):
    """Who has a role in a project, and on which days.

    On which days somebody has it follows from the days, whatever the state: an ended one is still had up to its last day.
    Whoever acts as sponsor or as manager of the project is its `sponsor_id` or `manager_id` from their first day on.
    """

    project_id: Annotated[Id, names("project"), filterable, at_creation]
    """The project in which it is a role."""
    role_code: Annotated[RoleCode, label, filterable, sortable_as_written, at_creation]
    """Which role it is."""
    person_id: Annotated[Id, names("person"), filterable, at_creation]
    """The person who has it."""
    deputy_id: Annotated[Id | None, names("person"), filterable] = None
    """The person who stands in, and may sign for them."""
    starts_on: Annotated[Day, sortable, at_creation]
    """The first day on which they have it."""
    ends_on: Annotated[Day | None, sortable] = None
    """The last day on which they have it; null: until it is ended."""
    state: Annotated[ProjectRoleState, filterable, not_given] = ProjectRoleState.IS_HELD
    """Whether its end is settled; moves change it."""


class EndRole(Decision):
    """From when on somebody has a role no more, and who follows."""

    on: Day | None = None
    """The last day on which they have it; today where none is given."""
    successor_id: Annotated[Id | None, names("person")] = None
    """The person who has the role from the day after on; null: nobody follows here."""


@fact(ProjectRole, "ended")
class ProjectRoleEnded(Reasoned):
    """Somebody has it no more."""

    on: Day
    """The last day on which they have it."""


class MandateKind(StrEnum):
    INITIATION = "initiation"
    EXECUTION = "execution"


class MandateState(StrEnum):
    DRAFT = "draft"
    IN_REVIEW = "in_review"
    SIGNED = "signed"
    SUPERSEDED = "superseded"
    CLOSED = "closed"
    REVOKED = "revoked"


class MandateRole(Shape):
    """Who has which role in the project, as it is mandated."""

    role_code: RoleCode
    """Which role it is."""
    person_id: Annotated[Id, names("person")]
    """The person who has it."""


class MandateDependency(Shape):
    """What the project needs from another one."""

    project_id: Annotated[Id, names("project")]
    """The project that delivers it."""
    what: Line
    """What it delivers."""
    due_on: Day | None = None
    """The day by which it is needed."""


class PlannedMilestone(Shape):
    """A point of the plan that is mandated."""

    milestone: Line
    """What is reached."""
    due_on: Day
    """The day by which it is reached."""


Pct = Annotated[float, Field(ge=0, le=1000, allow_inf_nan=False)]


class Tolerances(Shape):
    """How far the project may go without asking who signed; null: there is no room."""

    time_days: Annotated[int | None, Field(ge=0, le=3_660, strict=True)] = None
    """So many days later than the last day of the plan."""
    cost_pct: Pct | None = None
    """So much above the budget, in per cent of it."""
    quality: Line | None = None
    """How far quality may fall short, in words."""
    scope: Line | None = None
    """How far the scope may be changed, in words."""
    risk_score: Annotated[int | None, Field(ge=0, le=100, strict=True)] = None
    """The highest score of an open risk that the manager may bear."""
    benefit_pct: Pct | None = None
    """So much below the benefit that is expected, in per cent of it."""


class Signatory(Shape):
    """Somebody who has to sign."""

    person_id: Annotated[Id, names("person")]
    """The person."""
    role: RoleCode
    """The role in which they sign."""


class Signature(Shape):
    """Somebody has signed what they read."""

    person_id: Id
    """The person who signed: the signatory, or their deputy."""
    signatory_id: Id
    """The person for whom it counts."""
    role: RoleCode
    """The role in which it counts."""
    content_hash: HashRead
    """The hash of what they read."""
    signed_at: Instant
    """When they signed."""


MOST_SIGNATORIES = 20


@aggregate("projects", "mandates", key="project_id", editions=MandateState.SIGNED, frozen="content_hash")
class Mandate(Edition):
    """What binds a project: what it is to reach, by when, for how much, and who answers for it.

    An initiation mandate lets the project be prepared, up to its budget. An execution mandate lets it be done. While it is in
    review, `content_hash` is the hash of what is to be signed, which `GET …/{id}/content` answers. Once everybody has signed,
    it binds, and changes only by its next edition.
    """

    code: Annotated[Code, unique, sortable, searched, optional_at_creation]
    """The short code by which people name it, unique; drawn by Portolan where none is given."""
    project_id: Annotated[Id, names("project"), filterable, at_creation]
    """The project that it binds."""
    kind: Annotated[MandateKind, filterable, at_creation]
    """Whether it is for preparing the project, or for doing it."""
    title: Annotated[Line, label, sortable, searched]
    """What is mandated, in a few words."""
    objectives: Annotated[list[Annotated[Id, names("objective")]], Field(max_length=50)] = []
    """The objectives that the project is to reach. Once it is signed they keep their words until its next edition."""
    scope_in: Prose = ""
    """What belongs to it."""
    scope_out: Prose = ""
    """What does not belong to it."""
    structure: Prose = ""
    """How the project is organised and broken down."""
    roles: Annotated[list[MandateRole], Field(max_length=100)] = []
    """Who has which role."""
    depends_on: Annotated[list[MandateDependency], Field(max_length=100)] = []
    """What it needs from other projects."""
    plan: Annotated[list[PlannedMilestone], Field(max_length=100)] = []
    """What is to be reached by when. The last day of it is the planned finish of the project; where the project has no planned
    start, the first one is that."""
    budget: Annotated[Money | None, sortable] = None
    """What it may cost; an execution mandate makes it the planned cost of the project."""
    change_budget: Money | None = None
    """What is set aside for changes, apart from the budget."""
    tolerances: Tolerances | None = None
    """How far the project may go without asking who signed."""
    assumptions: Prose = ""
    """What is taken for granted."""
    constraints: Prose = ""
    """What it has to respect."""
    signatories: Annotated[list[Signatory], Field(max_length=MOST_SIGNATORIES)] = []
    """Who has to sign: at least who acts as sponsor and who acts as manager, two persons."""
    signatures: Annotated[list[Signature], Field(max_length=MOST_SIGNATORIES), not_given] = []
    """Who has signed."""
    content_hash: Annotated[Sha256 | None, not_given] = None
    """The hash of what is to be signed, or was; null in a draft."""
    signed_on: Annotated[Day | None, sortable, not_given] = None
    """The day of the last signature; from then on it binds."""
    state: Annotated[MandateState, sortable, not_given] = MandateState.DRAFT
    """Where it stands; moves change it."""


class SignMandate(Decision):
    """Sign what was read."""

    content_hash: HashRead
    """The hash of the content that was read, as it stands in the mandate; of another content it is refused."""


@fact(Mandate, "submitted")
class MandateSubmitted(Reasoned):
    """It can be signed."""


@fact(Mandate, "returned")
class MandateReturned(Reasoned):
    """It is to be reworked."""


@fact(Mandate, "signature_given")
class MandateSignatureGiven(Reasoned):
    """A signatory, or their deputy, signed."""

    content_hash: HashRead
    """The hash of what they read."""


@fact(Mandate, "signatures_voided")
class MandateSignaturesVoided(Fact):
    """What was signed is not what stands any more: the signatures that were given count no longer."""

    signatories: list[Id]
    """The persons whose signatures counted."""


@fact(Mandate, "signed")
class MandateSigned(Fact):
    """Everybody has signed: it binds from now on."""


@fact(Mandate, "closed")
class MandateClosed(Fact):
    """The execution mandate was signed: the initiation is over."""

    by_id: Id
    """The execution mandate."""


@fact(Mandate, "revoked")
class MandateRevoked(Reasoned):
    """It does not bind any more, and nothing came in its place."""

"""How decisions are prepared and taken: papers with options, and the approvals by which they are decided."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from shared.base.money import Money
from shared.contracts.language import (
    Aggregate,
    Day,
    Decision,
    Fact,
    Id,
    Line,
    Prose,
    Reasoned,
    Sha256,
    Shape,
    TimeFact,
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
    searched,
    sortable,
)
from shared.contracts.projects.control import Origin

MOST_APPROVERS = 50
MOST_CONDITIONS = 20


class DecisionPaperState(StrEnum):
    DRAFT = "draft"
    CIRCULATED = "circulated"
    APPROVED = "approved"
    APPROVED_WITH_CONDITIONS = "approved_with_conditions"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    EXECUTED = "executed"


class PaperOption(Shape):
    """One of the ways between which a paper lets people choose; to do nothing is one, too."""

    name: Line
    """What the option is called."""
    cost: Money | None = None
    """What it costs."""
    benefit: Prose = ""
    """What it is good for."""
    risks: Prose = ""
    """What may go wrong with it."""
    effort: Prose = ""
    """What it takes of the own people."""


class Evidence(Shape):
    """What a paper rests on: a figure or a finding in words, a document of this service, or both.

    A figure of another service stands here as it was; a document is frozen in the version that it has at circulation.
    """

    title: Line
    """What it is."""
    text: Prose = ""
    """What it says, with the figures as they were."""
    document_id: Annotated[Id | None, names("document")] = None
    """The document that has it, of this service."""


class Approvers(Shape):
    """Who decides a paper, and how many of them have to agree."""

    need: Annotated[int, Field(ge=1, le=MOST_APPROVERS, strict=True)]
    """So many have to grant it."""
    of: Annotated[list[Annotated[Id, names("person")]], Field(min_length=1, max_length=MOST_APPROVERS)]
    """The persons who are asked."""


class Condition(Shape):
    """What has to be done for a consent to hold."""

    text: VisibleProse
    """What is to be done."""
    owner_id: Annotated[Id, names("person")]
    """The person who sees to it."""
    due_on: Day
    """The day by which it is to be done."""


class PaperSubject(Shape):
    """What a paper decides, where that is something of its project: a change, a mandate, an exception, a gate."""

    kind: Annotated[str, Field(pattern="^[a-z]+(_[a-z]+)*$", max_length=60, examples=["change"]), code]
    """What kind of aggregate it is, such as `change`."""
    id: Id
    """The id of the aggregate."""


@aggregate("projects", "decision-papers", scope=("request_id", "project_id"), frozen="content_hash")
class DecisionPaper(Aggregate):
    """A question with its options, decided by the consent of several persons.

    It is drafted, circulated to those who decide, and decided as soon as enough of them have granted it, or so many have refused
    that it can no longer be granted. What is circulated is frozen: all decide on the same. Who made or circulated it does not
    count among those who decide.
    """

    project_id: Annotated[Id | None, names("project"), filterable, at_creation] = None
    """The project that it is about; of a paper on a request the project that the request became."""
    request_id: Annotated[Id | None, names("request"), filterable, at_creation] = None
    """The request that it decides on."""
    subject: Annotated[PaperSubject | None, filterable, at_creation] = None
    """What of the project it decides on, where that is no question of its own."""
    title: Annotated[Line, label, sortable, searched]
    """The paper in a few words."""
    question: VisibleProse
    """What is to be decided."""
    options: Annotated[list[PaperOption], Field(max_length=20)] = []
    """The ways between which one can choose; two at least when it is circulated."""
    criteria: Annotated[list[Line], Field(max_length=30)] = []
    """By what the options are judged."""
    recommendation: Prose = ""
    """What is proposed, and why; who grants the paper decides this."""
    evidence: Annotated[list[Evidence], Field(max_length=50)] = []
    """What the paper rests on."""
    approvers: Approvers | None = None
    """Who decides, and how many of them have to agree."""
    due_on: Annotated[Day | None, sortable] = None
    """The day by which it is to be decided."""
    round: Annotated[int, Field(ge=0), not_given] = 0
    """How often it has been circulated."""
    author_ids: Annotated[list[Annotated[Id, names("person")]], not_given] = []
    """The persons who made or circulated it: their own consent does not count."""
    circulated_on: Annotated[Day | None, not_given] = None
    """The day on which it was circulated last."""
    content_hash: Annotated[Sha256 | None, not_given] = None
    """The hash of the content as circulated; null while it is a draft."""
    covers: Annotated[Money | None, not_given] = None
    """Of a paper on a request, a change or an exception its cost as circulated: approved, it allows that much and no more."""
    conditions: Annotated[list[Condition], not_given] = []
    """The conditions of those whose grants decided it."""
    decided_on: Annotated[Day | None, sortable, not_given] = None
    """The day on which it was decided."""
    outcome_refs: Annotated[list[Origin], not_given] = []
    """What came of it: the entry in the log of decisions, and an action for each condition."""
    state: Annotated[DecisionPaperState, filterable, not_given] = DecisionPaperState.DRAFT
    """Where it stands; moves and grants change it."""


@fact(DecisionPaper, "circulated")
class DecisionPaperCirculated(Reasoned):
    """Those who decide are asked; its content is frozen."""


@fact(DecisionPaper, "recalled")
class DecisionPaperRecalled(Reasoned):
    """It is a draft again; what was granted has lapsed."""


@fact(DecisionPaper, "decided")
class DecisionPaperDecided(Fact):
    """Enough have granted it, or too many have refused."""

    outcome: DecisionPaperState
    """Approved, approved with conditions, or refused."""
    granted: Annotated[int, Field(ge=0)]
    """So many granted it."""
    refused: Annotated[int, Field(ge=0)]
    """So many refused."""
    needed: Annotated[int, Field(ge=1)]
    """So many had to grant it."""


@fact(DecisionPaper, "withdrawn")
class DecisionPaperWithdrawn(Reasoned):
    """It is not to be decided any more."""


@fact(DecisionPaper, "executed")
class DecisionPaperExecuted(Reasoned):
    """What was decided has been carried out."""


@fact(DecisionPaper, "overdue")
class DecisionPaperOverdue(TimeFact):
    """Its day passed, and it is not decided."""


class ApprovalState(StrEnum):
    REQUESTED = "requested"
    GRANTED = "granted"
    REFUSED = "refused"
    DELEGATED = "delegated"
    LAPSED = "lapsed"


@aggregate("projects", "approvals", scope=("request_id", "project_id"), needs="contribute", read_only=True)
class Approval(Aggregate):
    """One person's consent to a paper, asked for when the paper is circulated, and given by that person alone.

    Portolan makes it. The person grants or refuses it, or hands it to somebody else, who is then asked by one of their own.
    """

    paper_id: Annotated[Id, names("decision_paper"), filterable]
    """The paper that it is asked for."""
    request_id: Annotated[Id | None, names("request"), filterable] = None
    """The request that the paper is about."""
    project_id: Annotated[Id | None, names("project"), filterable] = None
    """The project that the paper is about."""
    title: Annotated[Line, label, sortable, searched]
    """The title of the paper, as circulated."""
    round: Annotated[int, Field(ge=1)]
    """Of which circulation of the paper it is."""
    approver_id: Annotated[Id, names("person"), filterable]
    """The person who is asked."""
    on_behalf_of_id: Annotated[Id | None, names("person"), filterable] = None
    """The person who was asked first, and handed it over."""
    counts: bool = True
    """Whether it counts: the consent of who made or circulated the paper does not."""
    comment: Prose = ""
    """What the person says to it."""
    conditions: Annotated[list[Condition], Field(max_length=MOST_CONDITIONS)] = []
    """What has to be done for the consent to hold."""
    due_on: Annotated[Day | None, sortable] = None
    """The day by which it is to be answered."""
    answered_on: Annotated[Day | None, sortable] = None
    """The day on which it was granted, refused or delegated."""
    state: Annotated[ApprovalState, filterable] = ApprovalState.REQUESTED
    """Where it stands; moves change it."""
    delegated_to_id: Annotated[Id | None, names("person"), filterable] = None
    """The person to whom it was handed over."""


class GrantApproval(Decision):
    """Agree to a paper, with or without conditions."""

    comment: Prose = ""
    """What is to be said to it; the reason, where it is empty."""
    conditions: Annotated[list[Condition], Field(max_length=MOST_CONDITIONS)] = []
    """What has to be done for the consent to hold: each becomes an action once the paper is decided."""


class RefuseApproval(Decision):
    """Do not agree to a paper."""

    comment: Prose = ""
    """Why; the reason, where it is empty."""


class DelegateApproval(Decision):
    """Have somebody else decide in one's place."""

    to: Annotated[Id, names("person")]
    """The person who decides instead."""


@fact(Approval, "granted")
class ApprovalGranted(Reasoned):
    """The person agrees."""


@fact(Approval, "refused")
class ApprovalRefused(Reasoned):
    """The person does not agree."""


@fact(Approval, "delegated")
class ApprovalDelegated(Reasoned):
    """Somebody else is asked in this person's place."""

    to: Id
    """The person who is asked now."""


@fact(Approval, "lapsed")
class ApprovalLapsed(Fact):
    """It counts no more: the paper was recalled, withdrawn, or decided without it."""


@fact(Approval, "expired")
class ApprovalExpired(TimeFact):
    """Its day passed, and nobody has answered."""

"""How projects begin: requests, and what is asked of projects."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from shared.base.money import Money
from shared.contracts.language import (
    Aggregate,
    Code,
    Day,
    Decided,
    Decision,
    Fact,
    Id,
    Instant,
    Line,
    Prose,
    Reasoned,
    Shape,
    TimeFact,
    VisibleProse,
    aggregate,
    fact,
)
from shared.contracts.members import (
    at_creation,
    filterable,
    label,
    names,
    not_given,
    optional_at_creation,
    searched,
    sortable,
    stored,
    unique,
)
from shared.contracts.projects.strategy import MOST_OBJECTIVES, Contributes, Figure, Weight


class RequestState(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    SCREENING = "screening"
    RETURNED = "returned"
    QUALIFIED = "qualified"
    APPROVED = "approved"
    DEFERRED = "deferred"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    CONVERTED = "converted"


class RequestCategory(StrEnum):
    MANDATORY = "mandatory"
    STRATEGIC = "strategic"
    INNOVATION = "innovation"
    MAINTENANCE = "maintenance"


class Urgency(StrEnum):
    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"
    CRITICAL = "critical"


class Funding(StrEnum):
    NONE = "none"
    REQUESTED = "asked"
    RESERVED = "reserved"
    REFUSED = "refused"


class BecameKind(StrEnum):
    PROJECT = "project"
    CHANGE = "change"


class Became(Shape):
    """What a request was converted into."""

    kind: BecameKind
    """A project, or the change of one."""
    id: Id
    """Its id."""
    mandate_id: Annotated[Id | None, names("mandate")] = None
    """The draft of its initiation mandate; null where there is none."""


@aggregate("projects", "requests", scope=("id",), needs="contribute")
class Request(Aggregate):
    """A need that somebody wants to have met by a project, from the first draft to its end.

    What was submitted is the requester's: it stays as it is until the request is returned. What the portfolio office makes of it
    stands in `adapted`, beside it.
    """

    code: Annotated[Code, unique, sortable, searched, optional_at_creation]
    """The short code by which people name it, unique; drawn by Portolan where none is given."""
    title: Annotated[Line, label, sortable, searched]
    """What is asked for, in a few words."""
    unit_id: Annotated[Id | None, names("org_unit"), filterable] = None
    """The unit that has the need."""
    requester_id: Annotated[Id | None, names("person"), filterable, optional_at_creation] = None
    """Who asks; the person of the login that creates it where none is given."""
    category: Annotated[RequestCategory, sortable] = RequestCategory.STRATEGIC
    """Why it would be done: a law or contract demands it, the strategy, a new idea, or upkeep of what there is."""
    need: VisibleProse
    """The need, in the requester's words."""
    outcome: Prose = ""
    """What is to be different once it is met, in the requester's words."""
    urgency: Annotated[Urgency, sortable] = Urgency.NORMAL
    """How urgent the requester finds it."""
    constraints: Prose = ""
    """What the solution has to respect, in the requester's words."""
    adapted: Prose = ""
    """What the portfolio office makes of it: scope, approach and limits as they are to be decided."""
    wanted_by: Annotated[Day | None, sortable] = None
    """The day by which the requester needs it."""
    cost_low: Money | None = None
    """The least that it may cost."""
    cost_likely: Annotated[Money | None, sortable] = None
    """What it will cost most likely; this amount is approved."""
    cost_high: Money | None = None
    """The most that it may cost."""
    effort_hours: Annotated[float | None, Field(ge=0, le=10_000_000, allow_inf_nan=False)] = None
    """The hours of the own people that it takes."""
    objectives: Annotated[list[Contributes], Field(max_length=MOST_OBJECTIVES)] = []
    """How much it contributes to which strategic objectives."""
    portfolio_id: Annotated[Id | None, names("portfolio"), filterable] = None
    """The portfolio in which it is decided."""
    programme_id: Annotated[Id | None, names("programme"), filterable] = None
    """The programme that it would be part of."""
    duplicate_of_id: Annotated[Id | None, names("request"), filterable] = None
    """The request that asks for the same."""
    became: Annotated[Became | None, not_given] = None
    """What it was converted into; null until then."""
    envelope_id: Annotated[Id | None, names("envelope", checked=False), stored, not_given] = None
    """The envelope of finance that pays for it, as approved."""
    funding: Annotated[Funding, filterable, not_given] = Funding.NONE
    """Whether its likely cost is asked for, reserved or refused in the envelope."""
    state: Annotated[RequestState, sortable, not_given] = RequestState.DRAFT
    """Where it stands; moves change it."""
    state_since: Annotated[Instant | None, sortable, not_given] = None
    """Since when it has stood there."""


class Explained(Decision):
    """Why something is not done as it was asked."""

    reason: Annotated[VisibleProse, Field(examples=["The outcome cannot be measured yet."])]
    """Why; the requester reads it."""


class ApproveRequest(Decision):
    """Approve a request, with or without an envelope that pays for it."""

    envelope_id: Annotated[Id | None, names("envelope", checked=False)] = None
    """The envelope in which its likely cost is to be reserved; null: none."""


class ConversionKind(StrEnum):
    PROJECT = "project"
    SUB_PROJECT = "sub_project"
    CHANGE = "change"


class ConvertRequest(Decision):
    """What an approved request becomes."""

    into: ConversionKind = ConversionKind.PROJECT
    """A project of its own; a part of another project and a change of one are refused so far."""


@fact(Request, "submitted")
class RequestSubmitted(Reasoned):
    """The requester asks for it."""


@fact(Request, "screened")
class RequestScreened(Reasoned):
    """Somebody has begun to examine it."""


@fact(Request, "returned")
class RequestReturned(Reasoned):
    """The requester is asked to say more, or otherwise."""


@fact(Request, "qualified")
class RequestQualified(Decided):
    """It can be decided: its costs are known, and what it contributes."""


@fact(Request, "approved")
class RequestApproved(Decided):
    """It is to be done."""

    envelope_id: Id | None = None
    """The envelope in which its likely cost is asked for; null: none."""


@fact(Request, "funded")
class RequestFunded(Fact):
    """Its likely cost is reserved in the envelope."""

    commitment_id: Id
    """The reservation."""


@fact(Request, "unfunded")
class RequestUnfunded(Reasoned):
    """The envelope has no room for it: it is to be decided anew."""


@fact(Request, "deferred")
class RequestDeferred(Decided):
    """It is put off."""


@fact(Request, "rejected")
class RequestRejected(Decided):
    """It is not done."""


@fact(Request, "withdrawn")
class RequestWithdrawn(Reasoned):
    """The requester no longer asks for it."""


@fact(Request, "converted")
class RequestConverted(Reasoned):
    """A project begins with it."""

    became: Became
    """What it became."""


@fact(Request, "overdue")
class RequestOverdue(TimeFact):
    """It has stood in its state for longer than the organisation allows."""


class RequirementState(StrEnum):
    PROPOSED = "proposed"
    AGREED = "agreed"
    FULFILLED = "fulfilled"
    DROPPED = "dropped"


class Priority(StrEnum):
    MUST = "must"
    SHOULD = "should"
    COULD = "could"
    WONT = "wont"


@aggregate("projects", "requirements", scope=("request_id", "project_id"))
class Requirement(Aggregate):
    """What the outcome of a request, or of a project, has to do or to be.

    One of a request is the project's, too, as soon as the request is converted. What the stakeholder who wants it is called
    comes with stakeholders.
    """

    request_id: Annotated[Id | None, names("request"), filterable, at_creation] = None
    """The request of which it is a part."""
    project_id: Annotated[Id | None, names("project"), filterable, at_creation] = None
    """The project that has to fulfil it."""
    statement: Annotated[Line, label, sortable, searched]
    """What is required, in one sentence that can be tested."""
    rationale: Prose = ""
    """Why it is required."""
    priority: Annotated[Priority, sortable] = Priority.SHOULD
    """Must, should, could, or not this time (MoSCoW)."""
    acceptance_criteria: Prose = ""
    """By what it is seen that it is fulfilled."""
    deliverable_ids: Annotated[list[Annotated[Id, names("deliverable")]], Field(max_length=50)] = []
    """The deliverables of its project that it traces to: once all of them are accepted, it can be fulfilled."""
    state: Annotated[RequirementState, filterable, not_given] = RequirementState.PROPOSED
    """Whether it is agreed, and fulfilled; moves change it."""


@fact(Requirement, "agreed")
class RequirementAgreed(Reasoned):
    """Who asks and who delivers agree on it."""


@fact(Requirement, "reopened")
class RequirementReopened(Reasoned):
    """It is discussed again."""


@fact(Requirement, "dropped")
class RequirementDropped(Reasoned):
    """It is not required any more."""


@fact(Requirement, "fulfilled")
class RequirementFulfilled(Reasoned):
    """The outcome does what is required."""


class ObjectiveState(StrEnum):
    PROPOSED = "proposed"
    AGREED = "agreed"
    ACHIEVED = "achieved"
    MISSED = "missed"
    DROPPED = "dropped"


@aggregate("projects", "objectives", key="project_id")
class Objective(Aggregate):
    """What a project is to reach, measured: how one sees afterwards whether it was worth doing."""

    project_id: Annotated[Id, names("project"), filterable, at_creation]
    """The project that is to reach it."""
    strategic_objective_id: Annotated[Id | None, names("strategic_objective"), filterable] = None
    """The strategic objective that it serves."""
    statement: Annotated[Line, label, sortable, searched]
    """The objective in one sentence."""
    measure: Line | None = None
    """What is measured."""
    baseline: Figure | None = None
    """Its value before the project."""
    target: Figure | None = None
    """The value to be reached."""
    unit: Line | None = None
    """In what it is measured, such as days or per cent."""
    due_on: Annotated[Day | None, sortable] = None
    """The day by which it is to be reached."""
    agreed_with: Annotated[list[Annotated[Id, names("person")]], Field(max_length=50)] = []
    """The persons who agreed that this is the objective."""
    weight: Weight | None = None
    """How much it counts beside the other objectives of the project; null: like each of them."""
    achieved_value: Annotated[Figure | None, not_given] = None
    """The value that was reached; null until it is measured."""
    state: Annotated[ObjectiveState, filterable, not_given] = ObjectiveState.PROPOSED
    """Whether it is agreed, and reached; moves change it."""


class Measurement(Decision):
    """What an objective came to."""

    value: Figure
    """The value that was measured."""
    on: Day
    """The day on which it was measured."""


@fact(Objective, "agreed")
class ObjectiveAgreed(Reasoned):
    """Those named agree that this is to be reached."""


@fact(Objective, "achieved")
class ObjectiveAchieved(Reasoned):
    """It was reached."""

    value: Figure
    """The value that was measured."""
    on: Day
    """The day on which it was measured."""


@fact(Objective, "missed")
class ObjectiveMissed(Reasoned):
    """It was not reached."""

    value: Figure
    """The value that was measured."""
    on: Day
    """The day on which it was measured."""


@fact(Objective, "dropped")
class ObjectiveDropped(Reasoned):
    """It is not to be reached any more."""


@fact(Objective, "reopened")
class ObjectiveReopened(Reasoned):
    """It is discussed again."""

"""What keeps a project within what its mandate allows: changes of what was agreed, and exceptions where a forecast leaves it."""

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
    Line,
    Prose,
    Reasoned,
    Shape,
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
    unique,
)

MOST_OPTIONS = 20
MOST_REQUIREMENTS = 200


class ChangeKind(StrEnum):
    """What is to change. An off-specification is something that will not be as it was agreed: it is corrected, or conceded."""

    SCOPE = "scope"
    TIME = "time"
    COST = "cost"
    QUALITY = "quality"
    OFF_SPECIFICATION = "off_specification"


class ChangeState(StrEnum):
    RAISED = "raised"
    ASSESSED = "assessed"
    DEFERRED = "deferred"
    APPROVED = "approved"
    IMPLEMENTING = "implementing"
    VERIFIED = "verified"
    REJECTED = "rejected"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"


class Authority(StrEnum):
    """Who decides: the project manager, the sponsor who signed the mandate, or a resolution of those above."""

    MANAGER = "manager"
    SPONSOR = "sponsor"
    RESOLUTION = "resolution"


class Effect(StrEnum):
    """What a change does to scope or quality, held against the words of the mandate's tolerance."""

    NONE = "none"
    WITHIN = "within"
    BEYOND = "beyond"


ImpactDays = Annotated[int, Field(ge=-3650, le=3650, strict=True, examples=[10])]
ImpactScore = Annotated[int, Field(ge=0, le=25, strict=True)]
ImpactPercent = Annotated[float, Field(ge=-1000, le=1000, allow_inf_nan=False)]


class ChangeImpact(Shape):
    """What a change would do to the project, axis by axis."""

    scope: Effect = Effect.NONE
    """What it does to what is delivered, held against the tolerance of the mandate."""
    time_days: ImpactDays = 0
    """By how many days the project ends later; below zero, earlier."""
    cost: Money | None = None
    """What it costs beyond the budget; below zero, what it saves. Null: nothing."""
    quality: Effect = Effect.NONE
    """What it does to quality, held against the tolerance of the mandate."""
    risk: ImpactScore = 0
    """The score of the worst risk that it brings; scores do not add up."""
    benefit: ImpactPercent = 0
    """By how many per cent the benefit grows; below zero, falls."""
    explanation: Prose = ""
    """What this rests on."""


class ControlOption(Shape):
    """One of the ways to deal with a change or an exception."""

    name: Line
    """The option in a few words."""
    consequences: Prose = ""
    """What it would cost, change and risk."""
    recommended: bool = False
    """Whether it is recommended."""


@aggregate("projects", "changes", key="project_id")
class Change(Aggregate):
    """A request to change what was agreed for a project, from its assessment to the proof that it is done.

    Who decides follows from its impact, added to that of all changes approved since the mandate was signed: within the
    tolerances of the mandate the project manager, beyond them the sponsor, above the limit of the portfolio a resolution.
    """

    code: Annotated[Code, unique, sortable, searched, optional_at_creation]
    """The short code by which people name it, unique; drawn by Portolan where none is given."""
    project_id: Annotated[Id, names("project"), filterable, at_creation]
    """The project that it changes."""
    title: Annotated[Line, label, sortable, searched]
    """The change in a few words."""
    kind: Annotated[ChangeKind, filterable]
    """What is to change."""
    reason: Prose = ""
    """Why it is asked for."""
    requirement_ids: Annotated[
        list[Annotated[Id, names("requirement")]], Field(max_length=MOST_REQUIREMENTS)
    ] = []
    """The requirements that it touches."""
    impact: ChangeImpact | None = None
    """What it would do; null until somebody said so. It is needed to assess it."""
    options: Annotated[list[ControlOption], Field(max_length=MOST_OPTIONS)] = []
    """What could be done, doing nothing included."""
    authority: Annotated[Authority | None, filterable, not_given] = None
    """Who decides, from its impact and those approved before; null until it is assessed."""
    conceded: Annotated[bool, not_given] = False
    """Whether an off-specification is accepted as it is, and nothing is corrected."""
    approved_on: Annotated[Day | None, sortable, not_given] = None
    """The day on which it was approved; null until then."""
    mandate_id: Annotated[Id | None, names("mandate"), filterable, not_given] = None
    """The mandate that bound when it was approved, against whose tolerances it counts."""
    state: Annotated[ChangeState, filterable, not_given] = ChangeState.RAISED
    """Where it stands; moves change it."""


class ApproveChange(Decision):
    """How a change is approved."""

    concede: bool = False
    """Accept an off-specification as it is: nothing is corrected, and neither mandate nor plan changes."""


@fact(Change, "assessed")
class ChangeAssessed(Reasoned):
    """Somebody said what it would do; it can be decided."""


@fact(Change, "deferred")
class ChangeDeferred(Reasoned):
    """It is put off, and will be assessed again."""


@fact(Change, "approved")
class ChangeApproved(Decided):
    """Who may decide agreed."""

    concede: bool = False
    """Whether an off-specification was accepted as it is."""


@fact(Change, "rejected")
class ChangeRejected(Decided):
    """Who may decide refused it; nothing changes."""


@fact(Change, "implemented")
class ChangeImplemented(Reasoned):
    """It is being carried out, as who sees to it says."""


@fact(Change, "verified")
class ChangeVerified(Decided):
    """Somebody else saw that it was carried out."""


@fact(Change, "returned")
class ChangeReturned(Reasoned):
    """It was not carried out as approved."""


@fact(Change, "closed")
class ChangeClosed(Reasoned):
    """Nothing is left to do about it."""


@fact(Change, "withdrawn")
class ChangeWithdrawn(Reasoned):
    """It is not asked for any more."""


@fact(Change, "authority_moved")
class ChangeAuthorityMoved(Fact):
    """Another change was approved, or another mandate binds: from now on somebody else decides."""


class Axis(StrEnum):
    """What a tolerance is about."""

    TIME = "time"
    COST = "cost"
    QUALITY = "quality"
    SCOPE = "scope"
    RISK = "risk"
    BENEFIT = "benefit"


class ExceptionLevel(StrEnum):
    """Whose tolerance is left: that of a phase, or that of the project."""

    PHASE = "phase"
    PROJECT = "project"


class ExceptionState(StrEnum):
    RAISED = "raised"
    ASSESSED = "assessed"
    DECIDED = "decided"
    CLOSED = "closed"
    LAPSED = "lapsed"


class AxisValue(Shape):
    """A value on the axis of an exception: a day for time, an amount for cost, a score for risk, else a percentage or words."""

    finish_on: Day | None = None
    """Time: the day of completion."""
    cost: Money | None = None
    """Cost: the cost at completion."""
    score: Annotated[int, Field(ge=0, le=25, strict=True)] | None = None
    """Risk: the highest score of an open threat."""
    percent: ImpactPercent | None = None
    """Benefit: by how many per cent it falls short."""
    words: Line | None = None
    """Scope and quality: what is tolerated, or expected now."""


@aggregate("projects", "exceptions", key="project_id", name="exception")
class ProjectException(Aggregate):
    """A forecast that leaves what the mandate tolerates, until those who signed it have decided what follows.

    It is raised by itself when a forecast of time, cost or risk leaves a tolerance, once on each axis until it is closed. For
    the other axes, of which nothing is forecast in figures, somebody raises it.
    """

    project_id: Annotated[Id, names("project"), filterable, at_creation]
    """The project whose tolerance is left."""
    axis: Annotated[Axis, label, filterable, at_creation]
    """What the tolerance is about."""
    level: Annotated[ExceptionLevel, filterable, at_creation] = ExceptionLevel.PROJECT
    """Whose tolerance it is."""
    tolerance: Annotated[AxisValue, at_creation]
    """How far the forecast may go: beyond that is beyond tolerance."""
    forecast: Annotated[AxisValue, at_creation]
    """What is expected now; it follows the forecasts until it is decided."""
    cause: Prose = ""
    """Why the forecast leaves the tolerance."""
    options: Annotated[list[ControlOption], Field(max_length=MOST_OPTIONS)] = []
    """What could be done."""
    decision: Annotated[Prose, not_given] = ""
    """What was decided; empty until then."""
    accepted_up_to: Annotated[AxisValue | None, not_given] = None
    """How far the forecast may go from now on without another exception; null where nothing more is accepted."""
    change_id: Annotated[Id | None, names("change"), filterable] = None
    """The change by which it is dealt with."""
    mandate_id: Annotated[Id | None, names("mandate"), filterable, not_given] = None
    """The mandate whose tolerance is left."""
    state: Annotated[ExceptionState, filterable, not_given] = ExceptionState.RAISED
    """Where it stands; moves change it."""


class DecideException(Decision):
    """What is decided of an exception."""

    decision: VisibleProse
    """What is to be done."""
    accepted_up_to: AxisValue | None = None
    """How far the forecast may go without another exception, on the same axis; null: no further than tolerated."""


@fact(ProjectException, "assessed")
class ExceptionAssessed(Reasoned):
    """Its cause and the options are known; it can be decided."""


@fact(ProjectException, "decided")
class ExceptionDecided(Decided):
    """Those who signed the mandate decided what follows."""

    decision: Prose
    """What is to be done."""
    accepted_up_to: AxisValue | None = None
    """How far the forecast may go from now on."""


@fact(ProjectException, "closed")
class ExceptionClosed(Reasoned):
    """What was decided is done."""


@fact(ProjectException, "lapsed")
class ExceptionLapsed(Fact):
    """The forecast came back before it was decided."""

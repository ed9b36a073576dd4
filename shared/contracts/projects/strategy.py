"""What steers projects: portfolios and programmes, the objectives that they serve, and what puts them in order."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from shared.base.money import Money
from shared.contracts.language import (
    Aggregate,
    Day,
    Decided,
    Edition,
    Fact,
    Id,
    Line,
    Prose,
    Reasoned,
    Sha256,
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
)


class Thresholds(Shape):
    """From where on a project's health is amber or red; percentages of plan and days late, as positive numbers."""

    cost_amber_pct: Annotated[float, Field(ge=0, le=1000, allow_inf_nan=False)] = 5
    """Cost is amber from so many per cent over plan."""
    cost_red_pct: Annotated[float, Field(ge=0, le=1000, allow_inf_nan=False)] = 10
    """Cost is red from so many per cent over plan."""
    time_amber_days: Annotated[int, Field(ge=0, le=36500)] = 30
    """Time is amber from so many days late."""
    time_red_days: Annotated[int, Field(ge=0, le=36500)] = 90
    """Time is red from so many days late."""


class ResolutionLimit(Shape):
    """From which amount somebody above who decides in the portfolio takes a decision, by a resolution."""

    amount: Money
    """Up to this, who decides in the portfolio decides alone."""
    decided_by: Line
    """Who decides above it, such as the steering committee."""


@aggregate("projects", "portfolios", scope=("id",))
class Portfolio(Aggregate):
    """A collection of programmes and projects that are steered together; portfolios form a hierarchy."""

    name: Annotated[Line, label, sortable, searched]
    """By which people know it."""
    description: Prose = ""
    """What belongs into the portfolio, and to what end."""
    parent_id: Annotated[Id | None, names("portfolio"), filterable] = None
    """The portfolio above this one; null at the top."""
    owner_id: Annotated[Id | None, names("person"), filterable] = None
    """The person who is accountable for it."""
    thresholds: Thresholds | None = None
    """From where on health is amber or red in it; null: 5 and 10 per cent, 30 and 90 days."""
    limits: Annotated[list[ResolutionLimit], Field(max_length=20)] = []
    """Above which amounts a request needs a resolution, and whose; of a portfolio without limits those of the one above it
    count."""
    wip_limit: Annotated[int | None, Field(ge=0, le=10_000, strict=True)] = None
    """How many projects are to be under way in it at the same time, at most. It is shown; nothing is refused by it."""
    confidential: bool = False
    """Whether only those see it, and everything below it, who are members there or above; others cannot tell that it is
    there."""


@aggregate("projects", "programmes", scope=("id",))
class Programme(Aggregate):
    """Related projects (and other work) that are managed together for a common benefit."""

    name: Annotated[Line, label, sortable, searched]
    """By which people know it."""
    description: Prose = ""
    """The benefit for which its projects are managed together."""
    portfolio_id: Annotated[Id | None, names("portfolio"), filterable] = None
    """The portfolio it belongs to."""
    manager_id: Annotated[Id | None, names("person"), filterable] = None
    """The person who manages it."""
    confidential: bool = False
    """Whether only those see it, and everything below it, who are members there or above; others cannot tell that it is
    there."""


class ScoringMethod(StrEnum):
    """Weighted: score times weight, summed. WSJF: cost of delay by job size. RICE: reach, impact and confidence by effort.
    AHP: weighted, with weights from comparisons in pairs."""

    WEIGHTED = "weighted"
    WSJF = "wsjf"
    RICE = "rice"
    AHP = "ahp"


class Direction(StrEnum):
    HIGHER_IS_BETTER = "higher_is_better"
    LOWER_IS_BETTER = "lower_is_better"


class Term(StrEnum):
    """What a criterion is in the formula of WSJF (the first four) or RICE (the last four)."""

    BUSINESS_VALUE = "business_value"
    TIME_CRITICALITY = "time_criticality"
    RISK_REDUCTION = "risk_reduction"
    JOB_SIZE = "job_size"
    REACH = "reach"
    IMPACT = "impact"
    CONFIDENCE = "confidence"
    EFFORT = "effort"


Score = Annotated[
    float, Field(ge=-1_000_000_000, le=1_000_000_000, allow_inf_nan=False, examples=[4, 2.5, 80])
]
"""A score or an estimate, read as the decimal number that it is written as."""


class Criterion(Shape):
    """One of the criteria of a scoring model."""

    name: Line
    """By which scores name it; unique within the model."""
    weight: Annotated[float, Field(ge=0, le=1_000_000, allow_inf_nan=False, examples=[3])] | None = None
    """How much it counts beside the others in a weighted model; null under the other methods: AHP has its weights from the
    comparisons, WSJF and RICE have none."""
    direction: Direction = Direction.HIGHER_IS_BETTER
    """Whether a higher score is better or a lower one, which needs a scale. WSJF and RICE know it of their terms."""
    term: Term | None = None
    """What it is in the formula of WSJF or RICE. Where it is left out, the name says it if it is the term's."""


class Comparison(Shape):
    """A judgement on two criteria: one counts so many times as much as the other."""

    criterion: Line
    """The name of the criterion that is judged."""
    over: Line
    """The name of the criterion that it is compared with."""
    times: Annotated[float, Field(ge=0.001, le=1000, allow_inf_nan=False, examples=[3])]
    """How many times as much the first counts: 1 as much, 3 moderately more, 5 strongly more, 9 extremely more; below 1 it
    counts less."""


class ScoreScale(Shape):
    """The lowest and the highest score that may be given."""

    lowest: Score
    """The lowest score, such as 1."""
    highest: Score
    """The highest score, such as 5; above the lowest."""


class ScoringModelState(StrEnum):
    DRAFT = "draft"
    ACTIVE = "active"
    RETIRED = "retired"
    SUPERSEDED = "superseded"


@aggregate("projects", "scoring-models", editions=ScoringModelState.ACTIVE)
class ScoringModel(Edition):
    """By which criteria, and by which method, requests and projects are put in order.

    Once active it is not changed any more: its next edition takes its place when that is activated.
    """

    name: Annotated[Line, label, sortable, searched]
    """By which people know it."""
    method: Annotated[ScoringMethod, filterable] = ScoringMethod.WEIGHTED
    """How scores become one figure."""
    criteria: Annotated[list[Criterion], Field(max_length=50)] = []
    """What is scored. Where a model by WSJF or RICE gives none, it gets the four terms of its formula."""
    comparisons: Annotated[list[Comparison], Field(max_length=1225)] = []
    """Under AHP the judgement on each pair of criteria, in one direction."""
    scale: ScoreScale | None = None
    """Between what scores lie; null: any number. WSJF and RICE need none."""
    state: Annotated[ScoringModelState, filterable, not_given] = ScoringModelState.DRAFT
    """Whether subjects are scored by it; moves change it."""


@fact(ScoringModel, "activated")
class ScoringModelActivated(Decided):
    """Subjects are scored by it from now on."""


@fact(ScoringModel, "retired")
class ScoringModelRetired(Reasoned):
    """No subject is scored by it any more; what was scored stands."""


class StrategicObjectiveState(StrEnum):
    DRAFT = "draft"
    IN_FORCE = "in_force"
    ACHIEVED = "achieved"
    RETIRED = "retired"


Year = Annotated[int, Field(ge=1900, le=2200, strict=True, examples=[2026])]
Weight = Annotated[float, Field(ge=0, le=1_000, allow_inf_nan=False)]
Figure = Annotated[float, Field(ge=-1e15, le=1e15, allow_inf_nan=False)]


class ContributionLevel(StrEnum):
    NONE = "none"
    LOW = "low"
    MODERATE = "moderate"
    STRONG = "strong"
    EXTREME = "extreme"


class Contributes(Shape):
    """How much something contributes to a strategic objective."""

    objective_id: Annotated[Id, names("strategic_objective")]
    """The strategic objective."""
    contribution: ContributionLevel
    """How much it contributes to it."""


MOST_OBJECTIVES = 50


class KpiValue(Shape):
    """What the indicator of an objective showed on a day."""

    on: Day
    """The day of which it is the value."""
    value: Figure
    """In the unit in which the indicator is told."""


@aggregate("projects", "strategic-objectives")
class StrategicObjective(Aggregate):
    """What the organisation, or one of its units, wants to have reached by a year.

    Requests and projects say how much they contribute to it. One of a unit names the objective of the organisation that
    it serves.
    """

    title: Annotated[Line, label, sortable, searched]
    """The objective in a few words."""
    description: Prose = ""
    """What is to be different, and why."""
    theme: Annotated[Line | None, sortable] = None
    """The theme of the strategy to which it belongs, such as customers or resilience."""
    parent_id: Annotated[Id | None, names("strategic_objective"), filterable] = None
    """The objective that it serves; null at the top."""
    unit_id: Annotated[Id | None, names("org_unit"), filterable, at_creation] = None
    """The unit whose objective it is; null: of the whole organisation."""
    from_year: Annotated[Year, sortable]
    """The first year in which it counts."""
    until_year: Annotated[Year, sortable]
    """The year by whose end it is to be reached."""
    weight: Weight | None = None
    """How much it counts beside the others of the same level, from 0; null: like each of them."""
    kpi: Line | None = None
    """The indicator by which it is measured, with its unit."""
    kpi_target: Figure | None = None
    """The value of the indicator that is to be reached."""
    kpi_values: Annotated[list[KpiValue], Field(max_length=500)] = []
    """What the indicator showed so far, a day at most once."""
    owner_id: Annotated[Id | None, names("person"), filterable] = None
    """The person who answers for it."""
    state: Annotated[StrategicObjectiveState, filterable, not_given] = StrategicObjectiveState.DRAFT
    """Whether it is in force; moves change it."""


@fact(StrategicObjective, "adopted")
class StrategicObjectiveAdopted(Decided):
    """It is in force from now on."""


@fact(StrategicObjective, "achieved")
class StrategicObjectiveAchieved(Reasoned):
    """It has been reached."""


@fact(StrategicObjective, "retired")
class StrategicObjectiveRetired(Reasoned):
    """It no longer counts."""


class OrientationKind(StrEnum):
    STRATEGIC = "strategic"
    TECHNOLOGICAL = "technological"
    METHODOLOGICAL = "methodological"


class OrientationState(StrEnum):
    DRAFT = "draft"
    IN_FORCE = "in_force"
    RETIRED = "retired"


@aggregate("projects", "orientations")
class Orientation(Aggregate):
    """In which direction the organisation goes: what decisions are to follow as long as it is in force.

    The state tells that it was adopted or retired. From when to when it is in force tell the days.
    """

    kind: Annotated[OrientationKind, filterable]
    """Whether it is about the strategy, the technology or the method."""
    title: Annotated[Line, label, sortable, searched]
    """The orientation in a few words."""
    statement: VisibleProse
    """What is to be followed."""
    rationale: Prose = ""
    """Why."""
    in_force_from: Annotated[Day | None, sortable] = None
    """The first day on which it is in force; null: the day on which it is adopted."""
    in_force_until: Annotated[Day | None, sortable, not_given] = None
    """The last day on which it is in force; null: until it is retired."""
    supersedes_id: Annotated[Id | None, names("orientation"), filterable] = None
    """The orientation that it takes the place of."""
    objective_ids: Annotated[
        list[Annotated[Id, names("strategic_objective")]], Field(max_length=MOST_OBJECTIVES)
    ] = []
    """The strategic objectives that it serves."""
    state: Annotated[OrientationState, filterable, not_given] = OrientationState.DRAFT
    """Whether it was adopted, or retired; moves change it."""


@fact(Orientation, "adopted")
class OrientationAdopted(Decided):
    """It is to be followed from its first day on."""


@fact(Orientation, "retired")
class OrientationRetired(Reasoned):
    """It is not followed any more after its last day."""


class SubjectKind(StrEnum):
    REQUEST = "request"
    PROJECT = "project"


class ScoringState(StrEnum):
    OPEN = "open"
    SUBMITTED = "submitted"
    CLOSED = "closed"
    VOID = "void"


class CriterionScore(Shape):
    """What an assessor gives a subject by one criterion."""

    criterion: Line
    """The name of the criterion, as the model has it."""
    value: Score
    """The score, on the scale of the model; under WSJF and RICE the estimate."""
    comment: Prose = ""
    """Why."""


@aggregate("projects", "scorings", scope=("subject_id",), needs="contribute")
class Scoring(Aggregate):
    """What one assessor thinks of a request or a project, by the criteria of a model.

    Of several assessors the mean counts, and the ranking shows how far they are apart.
    """

    model_id: Annotated[Id, names("scoring_model"), filterable, at_creation]
    """The model, in one edition, by which it is scored."""
    subject: Annotated[SubjectKind, filterable, at_creation]
    """Whether a request or a project is scored."""
    subject_id: Annotated[Id, filterable, at_creation]
    """The request or project."""
    assessor_id: Annotated[Id | None, names("person"), filterable, optional_at_creation] = None
    """Who scores: never the requester. The person of the login that creates it, where none is given."""
    scores: Annotated[list[CriterionScore], Field(max_length=50)] = []
    """A score by each criterion of the model."""
    submitted_on: Annotated[Day | None, not_given] = None
    """The day from which it counts; null while it does not."""
    state: Annotated[ScoringState, filterable, not_given] = ScoringState.OPEN
    """Whether it counts, which a submitted one and a closed one do; moves change it."""


@fact(Scoring, "submitted")
class ScoringSubmitted(Reasoned):
    """It counts from now on."""


@fact(Scoring, "returned")
class ScoringReturned(Reasoned):
    """Its assessor is asked to look again; it does not count until then."""


@fact(Scoring, "closed")
class ScoringClosed(Reasoned):
    """It counts, and is not returned any more."""


@fact(Scoring, "voided")
class ScoringVoided(Fact):
    """The request was submitted again: what was scored is not what is asked for now."""


class RankingState(StrEnum):
    PROPOSED = "proposed"
    PUBLISHED = "published"
    DISCARDED = "discarded"
    SUPERSEDED = "superseded"


Sum = Annotated[float, Field(ge=-1e60, le=1e60, allow_inf_nan=False)]


class Position(Shape):
    """Where a subject stands in a ranking; one without a scoring that counts has no score and no position."""

    subject_id: Id
    """The request or project."""
    score: Sum | None
    """The figure that the method makes of the mean scores, to six decimals; null where nothing was scored."""
    position: Annotated[int, Field(ge=1)] | None
    """1 is the first. Those with the same score share a position, and the ones behind them are counted on: 1, 1, 3."""
    ties: Annotated[int, Field(ge=0)] = 0
    """How many others share the position."""
    scorings: Annotated[int, Field(ge=0)] = 0
    """How many assessors' scorings count."""
    lowest: Sum | None = None
    """The figure by the least favourable assessor alone."""
    highest: Sum | None = None
    """The figure by the most favourable assessor alone."""


class Swap(Shape):
    """The smallest change of one weight by which two subjects change places."""

    criterion: Line
    """Whose weight changes, while the others stay."""
    weight: Sum
    """The weight that it has."""
    turns_at: Sum
    """The weight at which the two are level; beyond it, they have changed places."""
    change_pct: Sum
    """The change in per cent of the weight: the smaller, the less stable."""
    ahead_id: Id
    """The subject that is ahead now."""
    behind_id: Id
    """The subject that would be ahead."""


class Sensitivity(Shape):
    """How stable a ranking is under other weights. Methods without weights have no swaps."""

    smallest_change_pct: Sum | None = None
    """The smallest change of one weight, in per cent, that changes the order; null where no single change does."""
    first_change_pct: Sum | None = None
    """The same by which one in the first position is passed."""
    swaps: Annotated[list[Swap], Field(max_length=20)] = []
    """Who changes places with whom, the smallest change first: of each pair of neighbours the most critical weight."""


@aggregate("projects", "rankings", frozen="content_hash")
class Ranking(Aggregate):
    """Requests and projects in the order in which they should be done, by one scoring model as of a day.

    A published one never changes: its content is frozen with all that it was made from.
    """

    name: Annotated[Line, label, sortable, searched]
    """By which people know it."""
    model_id: Annotated[Id, names("scoring_model"), filterable, at_creation]
    """The model by which its subjects are scored."""
    portfolio_id: Annotated[Id | None, names("portfolio"), filterable, at_creation] = None
    """The portfolio of whose subjects it is, with all below it; null: of the whole organisation."""
    as_of: Annotated[Day | None, sortable, optional_at_creation] = None
    """The last day of which scorings count; today where none is given."""
    subjects: Annotated[list[Id], Field(max_length=500)] = []
    """The requests and projects to be ranked. Where none is given, all that are scored by the model in its scope."""
    positions: Annotated[list[Position], Field(max_length=500), not_given] = []
    """The order, the first one first, and behind it what has no scoring. They are the first 500, or as many as there is room
    for here; all of them stand in the content."""
    count: Annotated[int, Field(ge=0), not_given] = 0
    """How many subjects it ranks or lists."""
    sensitivity: Annotated[Sensitivity | None, not_given] = None
    """How stable the order is."""
    inputs_hash: Annotated[Sha256 | None, not_given] = None
    """The hash of what it was made from: the model, and each scoring in its version."""
    content_hash: Annotated[Sha256 | None, not_given] = None
    """The hash of its frozen content; null until it is published."""
    published_on: Annotated[Day | None, sortable, not_given] = None
    """The day on which it was published."""
    state: Annotated[RankingState, filterable, not_given] = RankingState.PROPOSED
    """Whether it is proposed or published; moves change it."""


@fact(Ranking, "published")
class RankingPublished(Decided):
    """It is the order in which subjects are to be done."""


@fact(Ranking, "discarded")
class RankingDiscarded(Reasoned):
    """It was proposed, and is not published."""


@fact(Ranking, "superseded")
class RankingSuperseded(Fact):
    """The next ranking of the portfolio was published."""

    by_id: Id
    """The ranking that counts from now on."""

"""What projects are expected to cost, and whether they are worth it."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from shared.base.money import Money
from shared.contracts.finance.budget import FiscalYear, Nature
from shared.contracts.language import (
    Day,
    Decided,
    Decision,
    Edition,
    Id,
    Line,
    Prose,
    Reasoned,
    Sha256,
    Shape,
    aggregate,
    fact,
)
from shared.contracts.members import at_creation, filterable, names, not_given, sortable


class EstimateBasis(StrEnum):
    """From what the amounts come: like projects, a formula, the parts, or three points for each part."""

    ANALOGOUS = "analogous"
    PARAMETRIC = "parametric"
    BOTTOM_UP = "bottom_up"
    THREE_POINT = "three_point"


class EstimateState(StrEnum):
    DRAFT = "draft"
    REVIEWED = "reviewed"
    BASELINED = "baselined"
    SUPERSEDED = "superseded"


class EstimateLine(Shape):
    """A part of what is estimated, with the least, the likeliest and the most that it may cost."""

    name: Line
    """What costs it."""
    low: Money | None = None
    """The least; null where nobody said."""
    likely: Money
    """The likeliest."""
    high: Money | None = None
    """The most; null where nobody said."""
    nature: Nature | None = None
    """Capital or operating expenditure."""
    fiscal_year: FiscalYear | None = None
    """The fiscal year in which it falls."""


class RunCost(Shape):
    """What running the result costs in a fiscal year."""

    fiscal_year: FiscalYear
    """The year."""
    amount: Money
    """How much it costs."""


class EstimateTotal(Shape):
    """What the lines come to, as independent triangular distributions; run cost is not in it.

    The mean is exact. The percentiles are those of the sum by its first three moments (Cornish and Fisher), within the
    sums of the least and of the most.
    """

    mean: Money
    """The expected cost."""
    p50: Money
    """It costs no more than this with a probability of 50 percent."""
    p80: Money
    """It costs no more than this with a probability of 80 percent."""


@aggregate(
    "finance",
    "cost-estimates",
    scope=("project_id", "request_id"),
    editions=EstimateState.BASELINED,
)
class CostEstimate(Edition):
    """What a project or a request is expected to cost: to build, and apart from that to run.

    Estimates of offers come with offers.
    """

    project_id: Annotated[Id | None, names("project"), filterable, at_creation] = None
    """The project that is estimated; null where it is a request."""
    request_id: Annotated[Id | None, names("request"), filterable, at_creation] = None
    """The request that is estimated; null where it is a project."""
    basis: Annotated[EstimateBasis, filterable] = EstimateBasis.BOTTOM_UP
    """From what the amounts come."""
    accuracy_class: Annotated[int | None, Field(ge=1, le=5, strict=True), sortable] = None
    """How mature the definition is that it rests on: from 5 (an idea) to 1 (ready to build), as AACE counts."""
    lines: Annotated[list[EstimateLine], Field(max_length=200)] = []
    """The parts; they are summed in `total`."""
    run_cost_by_year: Annotated[list[RunCost], Field(max_length=30)] = []
    """What running the result costs, year by year."""
    total: Annotated[EstimateTotal | None, not_given] = None
    """What the lines come to; null while there is none."""
    assumptions: Prose = ""
    """What it rests on."""
    confidence: Line | None = None
    """How sure who estimates is, in their words."""
    state: Annotated[EstimateState, sortable, not_given] = EstimateState.DRAFT
    """Draft, reviewed, or baselined; an edition that was replaced is superseded."""


@fact(CostEstimate, "reviewed")
class CostEstimateReviewed(Reasoned):
    """Somebody has examined it."""


@fact(CostEstimate, "returned")
class CostEstimateReturned(Reasoned):
    """It goes back to draft."""


@fact(CostEstimate, "baselined")
class CostEstimateBaselined(Reasoned):
    """It is what costs are compared with from now on."""


class CaseState(StrEnum):
    DRAFT = "draft"
    REVIEWED = "reviewed"
    APPROVED = "approved"
    SUPERSEDED = "superseded"


class CaseOption(Shape):
    """A way to meet the need that was studied, to do nothing among them."""

    name: Line
    """What would be done."""
    preferred: bool = False
    """Whether it is the one that the amounts are of."""
    reason: Prose = ""
    """Why it was chosen, or was not."""


class CashFlowYear(Shape):
    """What a year costs and brings, compared with doing nothing."""

    year: FiscalYear
    """The fiscal year; the earliest one is today's, and is not discounted."""
    cost: Money | None = None
    """What is spent in it; null: nothing."""
    benefit: Money | None = None
    """What is gained in it; null: nothing."""


@aggregate("finance", "business-cases", key="project_id", editions=CaseState.APPROVED, frozen="content_hash")
class BusinessCase(Edition):
    """Whether a project is worth it: the options that were studied, and what the chosen one costs and brings over the years.

    It is the study that gates ask for. Net present value, rates and payback are computed from it, and stand beside it.
    """

    project_id: Annotated[Id, names("project"), filterable, at_creation]
    """The project that is to be worth it."""
    rate_pct: Annotated[float, Field(gt=-100, le=1_000, allow_inf_nan=False)]
    """The discount rate of a year, in percent."""
    options: Annotated[list[CaseOption], Field(max_length=20)] = []
    """What was studied; one of them is chosen."""
    cash_flows: Annotated[list[CashFlowYear], Field(max_length=50)] = []
    """What the chosen option costs and brings, year by year; a year that is left out costs and brings nothing."""
    assumptions: Prose = ""
    """What it rests on."""
    confirmed_on: Annotated[Day | None, sortable, not_given] = None
    """The day on which it was last confirmed; null until then."""
    content_hash: Annotated[Sha256 | None, not_given] = None
    """The hash of what was approved, with its figures; null until then."""
    state: Annotated[CaseState, sortable, not_given] = CaseState.DRAFT
    """Draft, reviewed, or approved; an edition that was replaced is superseded."""


class ConfirmCase(Decision):
    """Confirm that the project is still worth it."""

    gate_id: Annotated[Id | None, names("gate", checked=False)] = None
    """The gate for which it is confirmed; null: for none."""


@fact(BusinessCase, "reviewed")
class BusinessCaseReviewed(Reasoned):
    """Somebody has examined it."""


@fact(BusinessCase, "returned")
class BusinessCaseReturned(Reasoned):
    """It goes back to draft."""


@fact(BusinessCase, "approved")
class BusinessCaseApproved(Decided):
    """The project is worth it: from now on this is what it is measured by."""


@fact(BusinessCase, "confirmed")
class BusinessCaseConfirmed(Decided):
    """The project is still worth it, as it was approved."""

    gate_id: Id | None = None
    """The gate for which it was confirmed."""

"""What projects are expected to cost, and whether they are worth it."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from shared.base.money import Money
from shared.contracts.finance.budget import FiscalYear, Nature
from shared.contracts.language import Edition, Id, Line, Prose, Reasoned, Shape, aggregate, fact
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

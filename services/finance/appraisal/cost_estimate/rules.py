"""What holds of cost estimates: their points make ranges in one currency, and what their lines come to."""

from collections.abc import Iterator, Sequence

from services.finance.engines.valuation.three_points import ThreePoints, percentile
from shared.base.errors import Fault, Invalid
from shared.base.money import Money
from shared.contracts.finance.appraisal import (
    CostEstimate,
    CostEstimateBaselined,
    CostEstimateReturned,
    CostEstimateReviewed,
    EstimateBasis,
    EstimateLine,
    EstimateState,
    EstimateTotal,
)
from shared.domain.lifecycle import Lifecycle, Move

S = EstimateState


def can_be_reviewed(estimate: CostEstimate) -> None:
    if not estimate.lines:
        raise Invalid(
            "an estimate without lines cannot be reviewed",
            Fault("missing", "needed to review", pointer="/lines"),
            code="no_lines",
        )


LIFECYCLE = Lifecycle(
    "state",
    {
        "review": Move(S.DRAFT, S.REVIEWED, CostEstimateReviewed, needs="write", check=can_be_reviewed),
        "return": Move(S.REVIEWED, S.DRAFT, CostEstimateReturned, needs="write"),
        "baseline": Move(S.REVIEWED, S.BASELINED, CostEstimateBaselined, needs="write"),
    },
)


def is_of_one_thing(estimate: CostEstimate) -> None:
    if (estimate.project_id is None) == (estimate.request_id is None):
        raise Invalid(
            "an estimate is of a project or of a request",
            Fault("missing", "this or request_id, and not both", pointer="/project_id"),
            code="of_one_thing",
        )


def amounts_of(estimate: CostEstimate) -> Iterator[tuple[str, Money]]:
    """Every amount, by where it stands."""
    for place, line in enumerate(estimate.lines):
        for member in ("low", "likely", "high"):
            if (amount := getattr(line, member)) is not None:
                yield f"/lines/{place}/{member}", amount
    for place, year in enumerate(estimate.run_cost_by_year):
        yield f"/run_cost_by_year/{place}/amount", year.amount


def is_sound(estimate: CostEstimate) -> None:
    """All faults are told at once: amounts in one currency, not below zero, and points that rise."""
    faults = [*_faults_of_amounts(estimate)]
    for place, line in enumerate(estimate.lines):
        faults += _faults_of_points(estimate.basis, line, f"/lines/{place}")
    if faults:
        raise Invalid("the estimate makes no sense", *faults, code="bad_estimate")


def _faults_of_amounts(estimate: CostEstimate) -> Iterator[Fault]:
    currency = None
    for pointer, amount in amounts_of(estimate):
        currency = currency or amount.currency
        if amount.currency != currency:
            yield Fault("other_currency", "all amounts are in one currency", pointer=f"{pointer}/currency")
        if amount.minor < 0:
            yield Fault("negative", "not below zero", pointer=pointer)


def _faults_of_points(basis: EstimateBasis, line: EstimateLine, pointer: str) -> Iterator[Fault]:
    for member in ("low", "high"):
        if basis is EstimateBasis.THREE_POINT and getattr(line, member) is None:
            yield Fault("missing", "needed for three points", pointer=f"{pointer}/{member}")
    points = points_of(line)
    if points.low > points.likely:
        yield Fault("above_likely", "not above the likeliest", pointer=f"{pointer}/low")
    if points.high < points.likely:
        yield Fault("below_likely", "not below the likeliest", pointer=f"{pointer}/high")


def points_of(line: EstimateLine) -> ThreePoints:
    """A point that nobody gave is the likeliest."""
    low, high = line.low or line.likely, line.high or line.likely
    return ThreePoints(low.minor, line.likely.minor, high.minor)


def points(estimates: Sequence[CostEstimate]) -> list[ThreePoints]:
    return [points_of(line) for estimate in estimates for line in estimate.lines]


def total(estimates: Sequence[CostEstimate], currency: str, correlation: float = 0.0) -> EstimateTotal:
    """What the lines of all these estimates come to, with a correlation of every two lines."""
    amounts = points(estimates)
    thirds = sum(int(one.low) + int(one.likely) + int(one.high) for one in amounts)

    def money(minor: float) -> Money:
        return Money.nearest(round(minor), currency)

    return EstimateTotal(
        mean=Money.nearest(_third_of(thirds), currency),
        p50=money(percentile(amounts, 0.5, correlation)),
        p80=money(percentile(amounts, 0.8, correlation)),
    )


def _third_of(sum_of_points: int) -> int:
    """The nearest whole minor unit; a third is never in the middle."""
    return (sum_of_points * 2 + 3) // 6


def currency_of(estimate: CostEstimate) -> str | None:
    return next((amount.currency for _, amount in amounts_of(estimate)), None)


def with_total(estimate: CostEstimate) -> None:
    currency = currency_of(estimate)
    estimate.total = total([estimate], currency) if currency is not None and estimate.lines else None

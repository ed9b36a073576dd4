"""What baselined estimates come to together, and how those of closed projects turned out."""

from collections.abc import Sequence
from decimal import Decimal
from math import log

from services.finance.appraisal.cost_estimate import rules
from shared.base.errors import Conflict
from shared.base.money import Money, percent
from shared.contracts.finance.appraisal import CostEstimate, EstimateTotal, RunCost
from shared.contracts.language import AnswerShape, Id
from shared.domain.access.grants import nodes_below
from shared.domain.work import Work

MOST_ANALOGUES = 10
OF_CLOSED = """
state = 'baselined' AND id <> ? AND project_id IN (SELECT id FROM known_project WHERE stage = 'closed' AND archived = 0)
ORDER BY id DESC LIMIT 500
"""


class Analogue(AnswerShape):
    """A closed project: what it was estimated at, and what it cost."""

    project_id: Id
    """The project."""
    estimate_id: Id
    """Its baselined estimate."""
    estimated: Money
    """The mean of that estimate."""
    actual: Money
    """What was spent on it."""
    error_percent: str
    """How much more it cost than estimated, in percent of the estimate; below zero where it cost less."""


class Analogues(AnswerShape):
    """Closed projects of a like size, the likest first, and what their errors say of this estimate."""

    estimate_id: Id
    """The estimate that is compared."""
    items: list[Analogue]
    """At most ten, which the caller sees, in the same currency."""
    mean_error_percent: str | None
    """The mean of their errors; null where there is none."""
    adjusted_mean: Money | None
    """The mean of this estimate with that error; null where either is not known."""


class TotalOfEstimates(AnswerShape):
    """What the baselined estimates of a part of the organisation come to; run cost stands apart."""

    estimates: int
    """How many are summed."""
    correlation_percent: int
    """The correlation of every two lines, as the caller states it."""
    total: EstimateTotal | None
    """Their sum; null where there is none."""
    run_cost_by_year: list[RunCost]
    """What running the results costs, year by year."""


async def analogues(work: Work, estimate: CostEstimate) -> Analogues:
    """Like is what differs least by a factor."""
    if estimate.total is None or estimate.total.mean.minor == 0:
        return Analogues(estimate_id=estimate.id, items=[], mean_error_percent=None, adjusted_mean=None)
    own = estimate.total.mean
    others = [
        one
        for one in await work.select(CostEstimate, OF_CLOSED, (str(estimate.id),))
        if not work.hides(one) and one.total is not None and one.total.mean.minor > 0
        and one.total.mean.currency == own.currency
    ]  # fmt: skip
    others.sort(key=lambda one: abs(log(_mean(one) / own.minor)))
    spent = await _spent(work, [str(one.project_id) for one in others[: 3 * MOST_ANALOGUES]], own.currency)
    items = [_analogue(one, spent[str(one.project_id)]) for one in others if str(one.project_id) in spent]
    items = items[:MOST_ANALOGUES]
    if not items:
        return Analogues(estimate_id=estimate.id, items=[], mean_error_percent=None, adjusted_mean=None)
    mean = sum((Decimal(one.error_percent) for one in items), Decimal()) / len(items)
    adjusted = Money.nearest(round(own.minor * (1 + mean / 100)), own.currency)
    rounded = str(mean.quantize(Decimal("0.01")) + 0)
    return Analogues(estimate_id=estimate.id, items=items, mean_error_percent=rounded, adjusted_mean=adjusted)


def _mean(estimate: CostEstimate) -> int:
    assert estimate.total is not None
    return estimate.total.mean.minor


def _analogue(estimate: CostEstimate, actual: Money) -> Analogue:
    assert estimate.total is not None
    assert estimate.project_id is not None
    error = percent(actual.minor - _mean(estimate), _mean(estimate))
    assert error is not None, "an estimate of nothing is no analogue"
    return Analogue(
        project_id=estimate.project_id,
        estimate_id=estimate.id,
        estimated=estimate.total.mean,
        actual=actual,
        error_percent=error,
    )


async def _spent(work: Work, project_ids: Sequence[str], currency: str) -> dict[str, Money]:
    """Project -> what it cost, of those that cost something, in the currency of their budget."""
    if not project_ids:
        return {}
    marks = ", ".join("?" * len(project_ids))
    rows = await work.store.fetch(
        f"SELECT c.project_id, SUM(c.amount) FROM actual_cost c JOIN budget b ON b.project_id = c.project_id"
        f" WHERE c.archived = 0 AND b.currency = ? AND c.project_id IN ({marks}) GROUP BY c.project_id",
        (currency, *project_ids),
    )
    return {row[0]: Money.nearest(int(row[1]), currency) for row in rows if row[1]}


async def total_of(work: Work, node_id: str | None, correlation_percent: int) -> TotalOfEstimates:
    """Of all that lies below a portfolio or programme, or of all there is, as far as the caller sees it. 409
    `several_currencies` where they are in more than one."""
    below = None if node_id is None else await nodes_below(work.store, [node_id])
    estimates = [
        one
        for one in await work.select(CostEstimate, "state = 'baselined'")
        if not work.hides(one) and (below is None or str(one.project_id or one.request_id) in below)
    ]
    currencies = {currency for one in estimates if (currency := rules.currency_of(one)) is not None}
    if len(currencies) > 1:
        raise Conflict(
            "the estimates are in several currencies: nothing is converted", code="several_currencies"
        )
    currency = next(iter(currencies), None)
    total = None if currency is None else rules.total(estimates, currency, correlation_percent / 100)
    return TotalOfEstimates(
        estimates=len(estimates),
        correlation_percent=correlation_percent,
        total=total,
        run_cost_by_year=_run_cost(estimates, currency),
    )


def _run_cost(estimates: Sequence[CostEstimate], currency: str | None) -> list[RunCost]:
    years: dict[int, int] = {}
    for estimate in estimates:
        for year in estimate.run_cost_by_year:
            years[year.fiscal_year] = years.get(year.fiscal_year, 0) + year.amount.minor
    return [
        RunCost(fiscal_year=year, amount=Money.nearest(minor, currency))
        for year, minor in sorted(years.items())
        if currency is not None
    ]

"""A trial: candidates as callers write them are chosen from, and nothing of it is kept."""

from collections.abc import Sequence
from decimal import Decimal

from shared.base.computation import Computation, Report, pointing_at
from shared.base.currencies import decimals_of
from shared.base.exact import refused

from . import trial_shapes as shapes
from .answer import NearMiss, Selection, Usage
from .checks import refuse_flaws
from .comparison import Point, frontier
from .engine import select
from .model import (
    Budget,
    Candidate,
    Capacity,
    Cost,
    Demand,
    Exclusion,
    Limit,
    Portfolio,
    Quarter,
    Start,
)

_MEMBERS = {"year": "fiscal_year"}
"""Members of the engine's portfolio, by what callers call them: faults point at those."""


def check(trial: shapes.SelectionTrial) -> None:
    """Refuse what is no portfolio, and what contradicts itself."""
    decimals_of(trial.currency)
    portfolio = portfolio_of(trial)
    with pointing_at(_MEMBERS):
        refuse_flaws(portfolio)


def run(trial: shapes.SelectionTrial, report: Report) -> shapes.SelectionTrialResult:
    """Choose."""
    portfolio = portfolio_of(trial)
    with pointing_at(_MEMBERS):
        report(0.02, "choosing")
        selection = select(portfolio, gap=trial.gap, seconds=trial.seconds)
        report(1 / (1 + len(trial.frontier)), "looking at other budgets")
        points = frontier(portfolio, trial.frontier, gap=trial.gap, seconds=trial.seconds)
    return _result(trial, selection, points)


TRIAL = Computation(shapes.SelectionTrial, shapes.SelectionTrialResult, run, check)


def portfolio_of(trial: shapes.SelectionTrial) -> Portfolio:
    """The engine's portfolio."""
    for name in ("forced_in", "forced_out"):
        keys = getattr(trial, name)
        if len(set(keys)) < len(keys):
            raise refused("repeated", "a key stands twice", f"/{name}")
    return Portfolio(
        candidates=tuple(_candidate(one) for one in trial.candidates),
        budgets=tuple(Budget(one.fiscal_year, float(one.limit), one.nature) for one in trial.budgets),
        capacities=tuple(
            Capacity(one.role, Quarter(one.fiscal_year, one.quarter), one.limit) for one in trial.capacities
        ),
        exclusions=tuple(Exclusion(one.keys, one.at_most) for one in trial.exclusions),
        forced_in=frozenset(trial.forced_in),
        forced_out=frozenset(trial.forced_out),
    )


def _candidate(one: shapes.SelectedCandidate) -> Candidate:
    return Candidate(
        one.key,
        one.value,
        tuple(Cost(cost.fiscal_year, cost.nature, float(cost.amount)) for cost in one.costs),
        tuple(Demand(d.role, Quarter(d.fiscal_year, d.quarter), d.amount) for d in one.demands),
        one.requires,
        tuple(Start(start.quarters_later, start.value) for start in one.starts),
    )


def _result(
    trial: shapes.SelectionTrial, selection: Selection, points: Sequence[Point]
) -> shapes.SelectionTrialResult:
    places = decimals_of(trial.currency)
    return shapes.SelectionTrialResult(
        choices=tuple(shapes.TrialChoice(c.key, c.quarters_later, c.value) for c in selection.choices),
        value=selection.value,
        bound=selection.bound,
        gap=selection.gap,
        proved=selection.proved,
        reason=selection.reason,
        currency=trial.currency,
        usages=tuple(_usage(one, places) for one in selection.usages),
        binding=tuple(_limit(one.limit) for one in selection.binding),
        near_misses=tuple(_near_miss(one, places) for one in selection.near_misses),
        frontier=tuple(_point(one, places) for one in points),
    )


def _limit(limit: Limit) -> shapes.TrialLimit:
    if isinstance(limit, Budget):
        return shapes.TrialLimit("budget", int(limit.year), None, limit.nature, None)
    year, number = limit.quarter
    return shapes.TrialLimit("capacity", int(year), int(number), None, limit.role)


def _amount(number: float, limit: Limit | None, places: int) -> str:
    """Of a budget as money is written, of a capacity in its own unit."""
    return f"{Decimal(repr(float(number))):.{4 if isinstance(limit, Capacity) else places}f}"


def _usage(one: Usage, places: int) -> shapes.TrialUsage:
    most, used, slack = (
        _amount(number, one.limit, places) for number in (float(one.limit.limit), one.used, one.slack)
    )
    return shapes.TrialUsage(_limit(one.limit), most, used, slack, one.price, one.binds)


def _near_miss(one: NearMiss, places: int) -> shapes.TrialNearMiss:
    shortfalls = tuple(
        shapes.TrialShortfall(_limit(each.limit), _amount(each.amount, each.limit, places))
        for each in one.shortfalls
    )
    return shapes.TrialNearMiss(
        one.key, one.quarters_later, one.value, one.value_short, shortfalls, one.lacks, one.rivals
    )


def _point(one: Point, places: int) -> shapes.TrialPoint:
    selection = one.selection
    return shapes.TrialPoint(
        scale=one.scale,
        budget=_amount(one.budget, None, places),
        spent=None if one.spent is None else _amount(one.spent, None, places),
        value=None if selection is None else selection.value,
        keys=() if selection is None else selection.keys,
        reason=one.reason,
    )

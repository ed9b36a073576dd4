"""Portfolios the selection's tests share, and an exhaustive search that owes nothing to the engine."""

import math
from collections.abc import Sequence
from itertools import product

from hypothesis import strategies as st

from services.reporting.engines.selection import (
    Budget,
    Candidate,
    Capacity,
    Cost,
    Demand,
    Exclusion,
    Portfolio,
    Quarter,
    Selection,
    Start,
)

YEARS = (2027, 2028)


def knapsack(values: Sequence[float], weights: Sequence[float], capacity: float) -> Portfolio:
    """One budget and one cost a candidate; the candidates are numbered from 1."""
    return Portfolio(
        tuple(
            Candidate(str(i), value, (Cost(2027, "capex", weight),))
            for i, (value, weight) in enumerate(zip(values, weights, strict=True), start=1)
        ),
        (Budget(2027, capacity),),
    )


@st.composite
def small_portfolios(draw: st.DrawFn) -> Portfolio:
    """Up to six candidates with all kinds of limits and rules; every answer can be counted out."""
    size = draw(st.integers(1, 6))
    keys = [str(i) for i in range(size)]
    candidates = tuple(draw(_candidates(i)) for i in range(size))
    natures = st.sampled_from(["capex", "opex", None])
    budget = st.builds(Budget, st.sampled_from(YEARS), _whole(0, 60), natures)
    budgets = draw(st.lists(budget, max_size=4, unique_by=lambda b: (b.year, b.nature)))
    capacity = st.builds(Capacity, st.just("developer"), _quarters(), _whole(0, 12))
    capacities = draw(st.lists(capacity, max_size=3, unique_by=lambda c: c.quarter))
    groups = st.lists(st.sampled_from(keys), min_size=1, max_size=4, unique=True).map(tuple)
    exclusions = draw(st.lists(st.builds(Exclusion, groups, st.integers(1, 2)), max_size=2))
    out = draw(st.frozensets(st.sampled_from(keys), max_size=1))
    return Portfolio(candidates, tuple(budgets), tuple(capacities), tuple(exclusions), frozenset(), out)


@st.composite
def _candidates(draw: st.DrawFn, i: int) -> Candidate:
    cost = st.builds(Cost, st.sampled_from(YEARS), st.sampled_from(["capex", "opex"]), _whole(-5, 30))
    demand = st.builds(Demand, st.just("developer"), _quarters(), _whole(0, 6))
    start = st.builds(Start, st.sampled_from([0, 1, 2, 4, 6]), st.none() | _whole(-5, 40))
    earlier = st.sampled_from([str(k) for k in range(i)]) if i else st.nothing()
    return Candidate(
        str(i),
        draw(_whole(-10, 40)),
        tuple(draw(st.lists(cost, max_size=3))),
        tuple(draw(st.lists(demand, max_size=3))),
        tuple(draw(st.lists(earlier, max_size=min(i, 2), unique=True))),
        tuple(draw(st.lists(start, min_size=1, max_size=2, unique_by=lambda s: s.quarters_later))),
    )


def _whole(low: int, high: int) -> st.SearchStrategy[float]:
    return st.integers(low, high).map(float)


def _quarters() -> st.SearchStrategy[Quarter]:
    return st.builds(Quarter, st.sampled_from(YEARS), st.integers(1, 4))


def spent(portfolio: Portfolio, plan: dict[str, int], year: int, nature: str | None) -> float:
    """What a plan (key -> quarters later) spends in a year: a fourth of a year's cost in each quarter."""
    total = []
    for candidate in (c for c in portfolio.candidates if c.key in plan):
        for cost in (c for c in candidate.costs if nature in (None, c.nature)):
            fourths = range(cost.year * 4 + plan[candidate.key], cost.year * 4 + plan[candidate.key] + 4)
            total += [cost.amount / 4 for fourth in fourths if fourth // 4 == year]
    return math.fsum(total)


def staffed(portfolio: Portfolio, plan: dict[str, int], role: str, quarter: Quarter) -> float:
    return math.fsum(
        demand.amount
        for candidate in portfolio.candidates
        if candidate.key in plan
        for demand in candidate.demands
        if demand.role == role
        and demand.quarter.year * 4 + demand.quarter.number + plan[candidate.key]
        == quarter.year * 4 + quarter.number
    )


def permitted(portfolio: Portfolio, plan: dict[str, int]) -> bool:
    """Whether a plan keeps every limit and rule, worked out from the definitions."""
    requires = {c.key: c.requires for c in portfolio.candidates}
    return (
        all(spent(portfolio, plan, b.year, b.nature) <= b.limit + 1e-9 for b in portfolio.budgets)
        and all(staffed(portfolio, plan, c.role, c.quarter) <= c.limit + 1e-9 for c in portfolio.capacities)
        and all(other in plan for key in plan for other in requires[key])
        and all(sum(key in plan for key in e.keys) <= e.at_most for e in portfolio.exclusions)
        and portfolio.forced_in <= plan.keys()
        and portfolio.forced_out.isdisjoint(plan)
    )


def worth(portfolio: Portfolio, plan: dict[str, int]) -> float:
    return math.fsum(
        candidate.value if start.value is None else start.value
        for candidate in portfolio.candidates
        for start in candidate.starts
        if plan.get(candidate.key) == start.quarters_later
    )


def best_by_counting(portfolio: Portfolio) -> float | None:
    """The greatest value of all permitted plans; None where there is none."""
    options = [[None, *(s.quarters_later for s in c.starts)] for c in portfolio.candidates]
    keys = [c.key for c in portfolio.candidates]
    values = []
    for each in product(*options):
        plan = {key: start for key, start in zip(keys, each, strict=True) if start is not None}
        if permitted(portfolio, plan):
            values.append(worth(portfolio, plan))
    return max(values, default=None)


def plan_of(selection: Selection) -> dict[str, int]:
    return {choice.key: choice.quarters_later for choice in selection.choices}

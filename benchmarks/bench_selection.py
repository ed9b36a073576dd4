"""A thousand projects over five fiscal years: the optimum within 0.1 %, and the quick answer."""

import random
from dataclasses import replace

from benchmarks.figure import Figure, seconds
from services.reporting.engines.selection import (
    Budget,
    Candidate,
    Capacity,
    Cost,
    Demand,
    Exclusion,
    Nature,
    Portfolio,
    Quarter,
    select,
    select_quickly,
)

PROJECTS, YEARS, ROLES = 1_000, range(2027, 2032), ("architect", "developer", "analyst")


def figures() -> list[Figure]:
    by_year = budgeted(PROJECTS)
    staffed = replace(by_year, capacities=capacities(by_year))
    return [
        *_optimum("selection.optimum", by_year, 2.0),
        *_optimum("selection.staffed", staffed, 5.0),
        *_quick(by_year),
    ]


def _optimum(name: str, portfolio: Portfolio, target: float) -> list[Figure]:
    took = seconds(lambda: select(portfolio), repeat=1)
    gap = 100 * (select(portfolio).gap or 0.0)
    rules = f"{len(portfolio.exclusions)} exclusions, prerequisites, three forced in"
    size = f"{PROJECTS:,} projects, {len(portfolio.budgets)} budgets, {len(portfolio.capacities)} capacities"
    return [
        Figure(name, took, "s", target, note=f"{size}, {rules}"),
        Figure(f"{name}_gap", gap, "%", 0.1, note="what is proved in that time"),
    ]


def _quick(portfolio: Portfolio) -> list[Figure]:
    took = 1000 * seconds(lambda: select_quickly(portfolio), repeat=15)
    short = 100 * (1 - select_quickly(portfolio).value / select(portfolio).value)
    return [
        Figure(
            "selection.quick", took, "ms", 10.0, note="the same projects and budgets, from model to answer"
        ),
        Figure("selection.quick_short_of_best", short, "%", 5.0, note="what the quick answer gives away"),
    ]


def budgeted(projects: int) -> Portfolio:
    """Costs of both natures over one to four of five fiscal years; a third of it affordable."""
    chance = random.Random(3)
    candidates = tuple(_candidate(chance, i) for i in range(projects))
    wanted: dict[tuple[int, Nature], float] = {}
    for cost in (cost for candidate in candidates for cost in candidate.costs):
        wanted[cost.year, cost.nature] = wanted.get((cost.year, cost.nature), 0.0) + cost.amount
    budgets = tuple(Budget(year, 0.35 * amount, nature) for (year, nature), amount in sorted(wanted.items()))
    exclusions = tuple(Exclusion(tuple(str(k) for k in range(i, i + 3))) for i in range(0, projects, 50))
    return Portfolio(candidates, budgets, (), exclusions, forced_in=frozenset({"7", "77", "177"}))


def capacities(portfolio: Portfolio) -> tuple[Capacity, ...]:
    """Two fifths of what all candidates together want of each role in each quarter."""
    wanted: dict[tuple[str, Quarter], float] = {}
    for demand in (demand for candidate in portfolio.candidates for demand in candidate.demands):
        wanted[demand.role, demand.quarter] = wanted.get((demand.role, demand.quarter), 0.0) + demand.amount
    return tuple(Capacity(role, quarter, 0.4 * amount) for (role, quarter), amount in sorted(wanted.items()))


def _candidate(chance: random.Random, i: int) -> Candidate:
    first, size = chance.choice(YEARS), chance.lognormvariate(0, 0.8)
    costs = []
    for year in range(first, min(first + chance.randint(1, 4), YEARS.stop)):
        costs.append(Cost(year, "capex", round(200_000 * size * chance.uniform(0.5, 1.5))))
        costs.append(Cost(year, "opex", round(80_000 * size * chance.uniform(0.5, 1.5))))
    quarter = Quarter(first, chance.randint(1, 4))
    roles = chance.sample(ROLES, 2)
    quarters = [quarter.later(k) for k in range(chance.randint(1, 4))]
    demands = [
        Demand(role, q, round(2 * size * chance.uniform(0.5, 1.5), 1)) for role in roles for q in quarters
    ]
    value = round(sum(c.amount for c in costs) * chance.uniform(0.5, 2.0))
    requires = (str(i - 1),) if i % 20 == 19 else ()
    return Candidate(
        str(i), value, tuple(costs), tuple(d for d in demands if d.quarter.year in YEARS), requires
    )

"""The question as a table: a column for every start of every candidate, a row for every limit."""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import NamedTuple

from .model import Candidate, Cost, Limit, Portfolio, Quarter, Start


class Column(NamedTuple):
    """One start of one candidate: what it is worth, and how much it takes of which limits."""

    candidate: Candidate
    start: Start
    value: float
    takes: tuple[tuple[int, float], ...]


@dataclass(frozen=True, slots=True)
class Table:
    """`columns` in the order of candidates and their starts; `limits`: budgets, then capacities."""

    portfolio: Portfolio
    limits: tuple[Limit, ...]
    columns: tuple[Column, ...]

    def used(self, columns: Iterable[Column]) -> list[float]:
        """How much of each limit is used, summed exactly."""
        amounts: list[list[float]] = [[] for _ in self.limits]
        for column in columns:
            for row, amount in column.takes:
                amounts[row].append(amount)
        return [math.fsum(each) for each in amounts]

    def exceeded(self, columns: Iterable[Column]) -> dict[int, float]:
        """By how much which limits are overdrawn; rounding in the amounts themselves does not count."""
        excess = {row: used - self.limits[row].limit for row, used in enumerate(self.used(columns))}
        return {row: over for row, over in excess.items() if over > tolerance(self.limits[row].limit)}


def tabulate(portfolio: Portfolio) -> Table:
    """Lays a portfolio out in floats; spending and demand that nothing limits leave no trace."""
    spending: dict[tuple[int, str], list[int]] = {}
    for row, budget in enumerate(portfolio.budgets):
        for nature in (budget.nature,) if budget.nature else ("capex", "opex"):
            spending.setdefault((budget.year, nature), []).append(row)
    first = len(portfolio.budgets)
    staffing = {(c.role, c.quarter): row for row, c in enumerate(portfolio.capacities, start=first)}
    columns = [
        Column(
            candidate,
            start,
            float(candidate.value if start.value is None else start.value),
            _takes(candidate, start.quarters_later, spending, staffing),
        )
        for candidate in portfolio.candidates
        for start in candidate.starts
    ]
    budgets = [replace(budget, limit=float(budget.limit)) for budget in portfolio.budgets]
    capacities = [replace(capacity, limit=float(capacity.limit)) for capacity in portfolio.capacities]
    return Table(portfolio, (*budgets, *capacities), tuple(columns))


def tolerance(limit: float) -> float:
    """What is taken for rounding: a ten-thousand-millionth of the limit."""
    return 1e-10 * max(limit, 1.0)


def _takes(
    candidate: Candidate,
    later: int,
    spending: dict[tuple[int, str], list[int]],
    staffing: dict[tuple[str, Quarter], int],
) -> tuple[tuple[int, float], ...]:
    takes: dict[int, float] = {}
    for cost in moved(candidate.costs, later) if later else candidate.costs:
        for row in spending.get((cost.year, cost.nature), ()):
            takes[row] = takes.get(row, 0.0) + float(cost.amount)
    for demand in candidate.demands if staffing else ():
        quarter = Quarter(*demand.quarter).later(later) if later else demand.quarter
        limited = staffing.get((demand.role, quarter))
        if limited is not None:
            takes[limited] = takes.get(limited, 0.0) + float(demand.amount)
    return tuple(takes.items())


def moved(costs: Iterable[Cost], quarters: int) -> Iterator[Cost]:
    """The costs of a start so many quarters later: whole years, and of the rest a share, move on."""
    years, rest = divmod(quarters, 4)
    for cost in costs:
        yield Cost(cost.year + years, cost.nature, cost.amount * (4 - rest) / 4)
        if rest:
            yield Cost(cost.year + years + 1, cost.nature, cost.amount * rest / 4)

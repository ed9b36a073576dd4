"""What a mandate tolerates, and whether changes that are added up, or a forecast, leave it. Pure.

A value exactly at the tolerance is inside it. A tolerance that the mandate does not give is no room in which somebody below
the sponsor decides; nothing is raised by itself on its axis, since there is no line that a forecast could cross.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import NamedTuple
from uuid import UUID

from shared.base.money import Money
from shared.contracts.projects.change import ChangeImpact, Effect

NO_IMPACT = ChangeImpact()


@dataclass(frozen=True)
class Tolerances:
    """How far a project may go on each axis; None where nothing is tolerated."""

    time_days: int | None = None
    cost_pct: float | None = None
    scope: bool = False
    """Whether the mandate says in words what of its scope may go otherwise."""
    quality: bool = False
    risk_score: int | None = None
    benefit_pct: float | None = None


@dataclass(frozen=True)
class Terms:
    """What binds a project: the mandate that is signed, with its day, its money and its tolerances."""

    mandate_id: UUID
    edition: int = 1
    budget: Money | None = None
    finish_on: date | None = None
    tolerances: Tolerances = Tolerances()


class Sum(NamedTuple):
    """What several changes do together. Days, money and benefit add up; of risk, scope and quality the worst counts."""

    days: int
    cost: dict[str, int]
    """Minor units by currency."""
    benefit: Fraction
    risk: int
    worst: frozenset[tuple[str, Effect]]
    """What is done to scope and quality."""

    @property
    def costs(self) -> list[Money]:
        return [Money.nearest(minor, currency) for currency, minor in sorted(self.cost.items())]


def added_up(impacts: Iterable[ChangeImpact]) -> Sum:
    days, benefit, risk, cost = 0, Fraction(0), 0, dict[str, int]()
    worst = set[tuple[str, Effect]]()
    for impact in impacts:
        days += impact.time_days
        benefit += exactly(impact.benefit)
        risk = max(risk, impact.risk)
        worst |= {("scope", impact.scope), ("quality", impact.quality)}
        if impact.cost is not None:
            cost[impact.cost.currency] = cost.get(impact.cost.currency, 0) + impact.cost.minor
    return Sum(days, cost, benefit, risk, frozenset(worst))


def exactly(number: float) -> Fraction:
    """The decimal number as it was written."""
    return Fraction(str(number))


def leaves(total: Sum, terms: Terms | None) -> bool:
    """Whether a sum is beyond one of the tolerances; where nothing binds, all that is no improvement is."""
    tolerated = Tolerances() if terms is None else terms.tolerances
    budget = None if terms is None else terms.budget
    return (
        total.days > (tolerated.time_days or 0)
        or any(_is_too_dear(money, budget, tolerated.cost_pct) for money in total.costs)
        or -total.benefit > exactly(tolerated.benefit_pct or 0)
        or total.risk > (tolerated.risk_score or 0)
        or _is_beyond(total, "scope", tolerated.scope)
        or _is_beyond(total, "quality", tolerated.quality)
    )


def _is_beyond(total: Sum, axis: str, is_tolerated: bool) -> bool:
    if (axis, Effect.BEYOND) in total.worst:
        return True
    return (axis, Effect.WITHIN) in total.worst and not is_tolerated


def _is_too_dear(cost: Money, budget: Money | None, pct: float | None) -> bool:
    """Whether what is spent beside the budget is more than so many per cent of it; in another currency nobody can tell."""
    if cost.minor <= 0:
        return False
    if budget is None or budget.currency != cost.currency:
        return True
    return cost.minor * 100 > exactly(pct or 0) * budget.minor


def dearest(budget: Money, pct: float) -> Money:
    """The highest cost that is still within the tolerance, in whole minor units."""
    return Money.nearest(int(budget.minor * (100 + exactly(pct)) // 100), budget.currency)

"""How amounts stand side by side: one unit and the same digits for all of a table or group, so that they add up.

What is smaller than the last digit is written as such (`<1`), never as nothing; `exact` writes every amount in full.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

Amount = Mapping[str, str]
"""Money as the dashboards answer it."""
Costs = Mapping[str, Any]
"""`planned`, `forecast`, `actual` and `variance` of a project or a sum; each may be null."""

IN_FIGURES = ((1_000_000_000, 2), (1_000_000, 2), (1_000, 1))
"""Size of the unit and its digits, for a few amounts that are read alone: the largest unit that fits the largest."""
IN_TABLES = ((100_000_000_000, 1_000_000_000, 1), (100_000_000, 1_000_000, 1), (100_000, 1_000, 0))
"""From which amount on a column takes which unit, and its digits: four to six figures are compared at a glance."""
NAMES = ("planned", "forecast", "actual", "variance")


@dataclass(frozen=True)
class Unit:
    """What the amounts of a table or group are written in."""

    size: int
    digits: int
    currency: str | None
    """The one that all share; None where each amount names its own."""
    exact: bool = False

    def rounded(self, amount: Amount) -> Decimal:
        """In this unit; to its last digit unless amounts are exact."""
        value = Decimal(amount["amount"])
        return value if self.exact else (value / self.size).quantize(self.least, ROUND_HALF_EVEN)

    @property
    def least(self) -> Decimal:
        """The last digit that is shown."""
        return Decimal(1).scaleb(-self.digits)

    def difference(self, costs: Costs) -> Decimal:
        """The variance as the plan and forecast beside it say it, rounded as they are."""
        [planned, forecast, variance] = (costs[n] for n in ("planned", "forecast", "variance"))
        if planned and forecast and planned["currency"] == forecast["currency"]:
            exact = Decimal(planned["amount"]) - Decimal(forecast["amount"])
            if exact == Decimal(variance["amount"]):  # a sum may leave out what has no variance
                return self.rounded(planned) - self.rounded(forecast)
        return self.rounded(variance)


def figure_unit(amounts: Iterable[Amount | None], exact: bool = False) -> Unit:
    """For amounts that stand as figures of their own."""
    present = [a for a in amounts if a]
    largest = _largest(present)
    size, digits = next(((s, d) for s, d in IN_FIGURES if largest >= s), (1, 0))
    return Unit(1 if exact else size, digits, _currency(present), exact)


def table_unit(amounts: Iterable[Amount | None], exact: bool = False) -> Unit:
    """For the columns of one table."""
    present = [a for a in amounts if a]
    largest = _largest(present)
    size, digits = next(((s, d) for start, s, d in IN_TABLES if largest >= start), (1, 0))
    return Unit(1 if exact else size, digits, _currency(present), exact)


def of_costs(costs: Iterable[Costs]) -> list[Amount | None]:
    """All amounts of some projects or sums."""
    return [cost[name] for cost in costs for name in NAMES]


def _largest(amounts: Iterable[Amount]) -> Decimal:
    return max((abs(Decimal(a["amount"])) for a in amounts), default=Decimal(0))


def _currency(amounts: Iterable[Amount]) -> str | None:
    currencies = {a["currency"] for a in amounts}
    return currencies.pop() if len(currencies) == 1 else None

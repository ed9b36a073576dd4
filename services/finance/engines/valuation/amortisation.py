"""Straight-line amortisation of a capitalised asset by month; the entry is `amortised` (IAS 38.97).

It begins in the month the asset is ready for use. The running total is rounded, not the month, so that the
charges sum to the depreciable amount to the minor unit.
"""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from itertools import pairwise

from services.finance.engines.valuation.minor_units import minor, whole_minor
from shared.base.exact import refused
from shared.base.texts import Text
from shared.base.typed import refuse_mistyped

MOST_MONTHS = 600


@dataclass(frozen=True, slots=True)
class Charge:
    """One month's amortisation, and what the asset is worth in the books after it (minor units)."""

    month: date
    amount: int
    book_value: int


def amortised(cost: int, residual: int, ready: date, months: int) -> list[Charge]:
    """The charges of all months of the asset's useful life, each dated the first of its month.

    `cost` and `residual` (what it will be worth in the end) are minor units. Raises `Invalid` for amounts
    below zero, a residual above the cost, and a life that is not between 1 and 600 months.
    """
    whole_minor(cost, "/cost", negative=False)
    if whole_minor(residual, "/residual", negative=False) > cost:
        raise refused(
            "residual_above_cost",
            Text("{residual} is above the cost of {cost}", residual=residual, cost=cost),
            "/residual",
        )
    refuse_mistyped(ready, date, "/ready")
    refuse_mistyped(months, int, "/months")
    if not 1 <= months <= MOST_MONTHS:
        raise refused(
            "life_out_of_range",
            Text("the life is not between 1 and {most_months} months", most_months=MOST_MONTHS),
            "/months",
        )
    if ready.year + (ready.month - 2 + months) // 12 > date.max.year:
        raise refused("life_out_of_range", "the useful life leaves the calendar", "/months")
    upto = [minor(Fraction((cost - residual) * month, months)) for month in range(months + 1)]
    return [
        Charge(_month(ready, i), after - before, cost - after)
        for i, (before, after) in enumerate(pairwise(upto))
    ]


def _month(first: date, later: int) -> date:
    years, month = divmod(first.month - 1 + later, 12)
    return date(first.year + years, month + 1, 1)

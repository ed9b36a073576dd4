"""Cash flows on dates instead of in periods: `xnpv` and `xirr`, as spreadsheets call them.

XNPV = sum CF_i / (1 + r)^((d_i - d_0) / 365)     d_0 the earliest date, r per year of 365 days
XIRR: every r > -1 with XNPV(r) = 0
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Context, Decimal
from fractions import Fraction

from services.finance.engines.valuation.exponential_roots import roots
from services.finance.engines.valuation.investment import (
    MOST_PERIODS,
    WHY_NO_IRR,
    IrrFlag,
    growth_factor,
    rounded_rate,
)
from services.finance.engines.valuation.minor_units import whole_minor
from services.finance.engines.valuation.positive_roots import Inseparable
from shared.base.exact import Number, refused
from shared.base.texts import Text
from shared.base.typed import refuse_mistyped

YEAR_DAYS = 365
_PRECISE = Context(prec=50)
_ANSWER = Context(prec=28)


@dataclass(frozen=True, slots=True)
class DatedAmount:
    """A net amount in minor units on a day: above zero it comes in, below zero it goes out."""

    on: date
    amount: int


@dataclass(frozen=True, slots=True)
class DatedRates:
    """Internal rates of return per year of 365 days; `irr` only where there is exactly one, else `reason`.

    `irrs` has all of them, ascending, to 15 decimals.
    """

    irr: Decimal | None
    flag: IrrFlag
    irrs: tuple[Decimal, ...]
    reason: str | None = None


def xnpv(amounts: Sequence[DatedAmount], rate: Number) -> Decimal:
    """The value of the amounts on the earliest of their dates (minor units, not rounded).

    `rate` is per year of 365 days. The order of the amounts does not matter. Raises `Invalid` for no amounts,
    more than 600 days, amounts that are no whole minor units, and a rate that is no number above -1.
    """
    days = _by_day(amounts)
    growth = _decimal(growth_factor(rate))
    value = Decimal(0)
    for elapsed, amount in days.items():
        years = _PRECISE.divide(Decimal(elapsed), Decimal(YEAR_DAYS))
        value = _PRECISE.add(value, _PRECISE.divide(Decimal(amount), _PRECISE.power(growth, years)))
    return _ANSWER.plus(value)


def xirr(amounts: Sequence[DatedAmount]) -> DatedRates:
    """Every rate above -1 at which the amounts are worth nothing, and whether that settles the IRR.

    Raises `Invalid` as `xnpv` does.
    """
    days = _by_day(amounts)
    try:
        exponents = roots([*days.values()], [Fraction(elapsed, YEAR_DAYS) for elapsed in days])
    except Inseparable:
        return DatedRates(None, IrrFlag.UNDETERMINED, (), WHY_NO_IRR[IrrFlag.UNDETERMINED])
    growths = (_PRECISE.exp(root) for root in exponents)
    rates = tuple(sorted({rounded_rate(_ANSWER.subtract(growth, Decimal(1))) for growth in growths}))
    flag = (IrrFlag.NONE, IrrFlag.ONE, IrrFlag.SEVERAL)[min(len(rates), 2)]
    return DatedRates(rates[0] if flag is IrrFlag.ONE else None, flag, rates, WHY_NO_IRR.get(flag))


def _by_day(amounts: Sequence[DatedAmount]) -> dict[int, int]:
    """The net amount of each day, by days since the earliest, ascending; days that come to nothing are out."""
    refuse_mistyped(amounts, Sequence[DatedAmount], "/amounts")
    if not amounts:
        raise refused("no_cash_flow", "there is no cash flow", "/amounts")
    first = min(each.on for each in amounts)
    days: dict[int, int] = {}
    for place, each in enumerate(amounts):
        elapsed = (each.on - first).days
        days[elapsed] = days.get(elapsed, 0) + whole_minor(each.amount, f"/amounts/{place}/amount")
    if len(days) > MOST_PERIODS:
        raise refused(
            "too_many_periods",
            Text("{count} days, {most_periods} at most", count=len(days), most_periods=MOST_PERIODS),
            "/amounts",
        )
    return {elapsed: days[elapsed] for elapsed in sorted(days) if days[elapsed]}


def _decimal(number: Fraction) -> Decimal:
    return _PRECISE.divide(Decimal(number.numerator), Decimal(number.denominator))

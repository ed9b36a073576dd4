"""Investment appraisal of a cash flow: NPV, IRR, payback and BCR; the entries are `appraised` and `mirr`.

Convention: amounts are minor units of one currency by period, the first (t = 0) is today and is not
discounted; rates are per period.

    NPV = sum CF_t / (1 + r)^t      IRR: every r > -1 with NPV(r) = 0      BCR = PV(benefits) / PV(costs)
    payback = the time, interpolated within its period, at which the running total first reaches zero
    MIRR = (FV of the gains at the reinvestment rate / PV of the costs at the finance rate)^(1 / n) - 1

Where the amounts stand on dates instead of in periods, see `dated_flows`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Context, Decimal
from enum import StrEnum
from fractions import Fraction
from itertools import accumulate, zip_longest

from services.finance.engines.valuation.minor_units import whole_minor
from services.finance.engines.valuation.positive_roots import Inseparable, positive_roots
from shared.base.exact import Number, decimal, exact, refused
from shared.base.texts import Text
from shared.base.typed import refuse_mistyped

MOST_PERIODS = 600
"""Fifty years of months."""
_RATE_PLACES = 15
_PRECISE = Context(prec=50)
_LARGEST_ROUNDED_RATE = 10**12  # above it, 28 digits do not reach to that place


@dataclass(frozen=True, slots=True)
class CashFlow:
    """What comes in and what goes out, by period from t = 0, both as amounts of minor units above zero."""

    benefits: tuple[int, ...]
    costs: tuple[int, ...]

    @classmethod
    def of_net(cls, amounts: Sequence[int]) -> "CashFlow":
        """From net amounts: those above zero count as benefits, those below as costs."""
        refuse_mistyped(amounts, Sequence[int], "/amounts")
        return cls(tuple(max(a, 0) for a in amounts), tuple(max(-a, 0) for a in amounts))

    @property
    def net(self) -> list[int]:
        return [b - c for b, c in zip_longest(self.benefits, self.costs, fillvalue=0)]


class IrrFlag(StrEnum):
    """Why there is one internal rate of return, or not one."""

    ONE = "one"
    NONE = "none"
    SEVERAL = "several"
    UNDETERMINED = "undetermined"


@dataclass(frozen=True, slots=True)
class Appraisal:
    """The figures of a cash flow at one rate; None where `reasons` (keyed by field name) says why.

    `npv` and the present values are in minor units, not rounded. Paybacks are in periods. `irr` is per period
    (0.08 is 8 %) and given only where it is the only one. `irrs` has all, ascending, to 15 decimals.
    """

    npv: Decimal
    present_benefits: Decimal
    present_costs: Decimal
    bcr: Decimal | None
    irr: Decimal | None
    irr_flag: IrrFlag
    irrs: tuple[Decimal, ...]
    payback: Decimal | None
    discounted_payback: Decimal | None
    reasons: dict[str, str] = field(default_factory=dict)


def appraised(flow: CashFlow, rate: Number) -> Appraisal:
    """The appraisal of the flow at this discount rate (per period, above -1).

    Raises `Invalid` for an empty flow, and for one of more than 600 periods. Amounts below zero or no integers are
    refused too, and so is a rate that is no number above -1.
    """
    benefits, costs = present_values(flow, rate)
    discounted = _discounted(flow.net, growth_factor(rate))
    flag, irrs = internal_rates(flow)
    payback, discounted_payback = _payback(flow.net), _payback(discounted)
    reasons = {
        "bcr": "" if costs else "no costs",
        "irr": WHY_NO_IRR.get(flag, ""),
        "payback": "" if payback is not None else _NEVER_PAID_BACK,
        "discounted_payback": "" if discounted_payback is not None else _NEVER_PAID_BACK,
    }
    return Appraisal(
        npv=decimal(benefits - costs),
        present_benefits=decimal(benefits),
        present_costs=decimal(costs),
        bcr=decimal(benefits / costs) if costs else None,
        irr=irrs[0] if flag is IrrFlag.ONE else None,
        irr_flag=flag,
        irrs=irrs,
        payback=None if payback is None else decimal(payback),
        discounted_payback=None if discounted_payback is None else decimal(discounted_payback),
        reasons={name: reason for name, reason in reasons.items() if reason},
    )


@dataclass(frozen=True, slots=True)
class ModifiedRate:
    """The modified internal rate of return per period; None where `reason` says why."""

    rate: Decimal | None
    reason: str | None = None


def mirr(flow: CashFlow, finance_rate: Number, reinvestment_rate: Number) -> ModifiedRate:
    """What the flow earns per period if costs are financed at one rate and gains are reinvested at another.

    The net amounts decide what is a cost and what a gain. Raises `Invalid` as `appraised` does.
    """
    _check(flow)
    net = CashFlow.of_net(flow.net)
    periods = len(net.benefits) - 1
    gains = _present_value(net.benefits, growth_factor(reinvestment_rate, "/reinvestment_rate"))
    costs = _present_value(net.costs, growth_factor(finance_rate, "/finance_rate"))
    if not costs or not gains:
        return ModifiedRate(None, "nothing comes in" if costs else "nothing is spent")
    if not periods:
        return ModifiedRate(None, "a single amount has no time to earn anything")
    root = _PRECISE.power(_precise(gains / costs), _PRECISE.divide(Decimal(1), Decimal(periods)))
    earned = _PRECISE.multiply(root, _precise(growth_factor(reinvestment_rate)))
    return ModifiedRate(rounded_rate(_PRECISE.subtract(earned, Decimal(1))))


def _precise(number: Fraction) -> Decimal:
    return _PRECISE.divide(Decimal(number.numerator), Decimal(number.denominator))


def present_values(flow: CashFlow, rate: Number) -> tuple[Fraction, Fraction]:
    """The present value of the benefits and that of the costs (minor units), exactly."""
    _check(flow)
    growth = growth_factor(rate)
    return _present_value(flow.benefits, growth), _present_value(flow.costs, growth)


def net_present_value(amounts: Sequence[int], rate: Number) -> Decimal:
    """The NPV of net amounts (minor units) from t = 0, not rounded."""
    benefits, costs = present_values(CashFlow.of_net(amounts), rate)
    return decimal(benefits - costs)


def internal_rates(flow: CashFlow) -> tuple[IrrFlag, tuple[Decimal, ...]]:
    """Every rate above -1 at which the flow's NPV is zero, ascending, and whether that settles the IRR."""
    refuse_mistyped(flow, CashFlow, "")
    try:
        factors = positive_roots(flow.net)
    except Inseparable:
        return IrrFlag.UNDETERMINED, ()
    rates = tuple(sorted({_rate(factor) for factor in factors}))
    return (IrrFlag.NONE, IrrFlag.ONE, IrrFlag.SEVERAL)[min(len(rates), 2)], rates


_NEVER_PAID_BACK = "the flows never make up for what was spent"
WHY_NO_IRR = {
    IrrFlag.NONE: "no rate makes the net present value zero",
    IrrFlag.SEVERAL: "several rates make the net present value zero",
    IrrFlag.UNDETERMINED: "the rates could not be told apart",
}


def _rate(factor: Fraction) -> Decimal:
    """The rate of a discount factor 1 / (1 + r)."""
    return rounded_rate(decimal(1 / factor - 1))


def rounded_rate(rate: Decimal) -> Decimal:
    """The rate to 15 decimals, as far as it stays above -1 and is not too large for them."""
    if rate > _LARGEST_ROUNDED_RATE:
        return rate
    rounded = round(rate, _RATE_PLACES).normalize()
    return rounded if rounded > -1 else rate


def _check(flow: CashFlow) -> None:
    refuse_mistyped(flow, CashFlow, "")
    periods = max(len(flow.benefits), len(flow.costs))
    if not periods:
        raise refused("no_cash_flow", "there is no cash flow", "/benefits")
    if periods > MOST_PERIODS:
        raise refused(
            "too_many_periods",
            Text("{periods} periods, {most_periods} at most", periods=periods, most_periods=MOST_PERIODS),
            "/benefits",
        )
    for name in ("benefits", "costs"):
        for t, amount in enumerate(getattr(flow, name)):
            whole_minor(amount, f"/{name}/{t}", negative=False)


def growth_factor(rate: Number, pointer: str = "/rate") -> Fraction:
    """1 + rate; `Invalid` where that is not above zero."""
    growth = 1 + exact(rate, pointer)
    if growth <= 0:
        raise refused("rate_out_of_range", Text("a rate of {rate} is not above -1", rate=rate), pointer)
    return growth


def _present_value(amounts: Sequence[int], growth: Fraction) -> Fraction:
    """sum CF_t / growth^t over one common denominator, which is far quicker than adding fractions."""
    value, denominator = 0, 1
    for amount in reversed(amounts):
        denominator *= growth.numerator
        value = value * growth.denominator + amount * denominator
    return Fraction(value, denominator)


def _discounted(amounts: Sequence[int], growth: Fraction) -> list[int]:
    """Each amount at t = 0, all times the same positive number, so that sums and ratios need no fractions."""
    up, down = growth.numerator, growth.denominator
    last = len(amounts) - 1
    return [amount * down**t * up ** (last - t) for t, amount in enumerate(amounts)]


def _payback(amounts: Sequence[int]) -> Fraction | None:
    """When the running total first reaches zero (in periods), however long nothing moves at the beginning. 0
    for a flow that begins with a gain, or never moves.
    """
    before = 0
    for t, total in enumerate(accumulate(amounts)):
        if before < 0 <= total:
            return t - 1 + Fraction(-before, total - before)
        if total > 0:
            return Fraction(0)
        before = total
    return None if before else Fraction(0)

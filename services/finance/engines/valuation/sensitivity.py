"""How far an NPV moves when one of its assumptions does: `sensitivity` and `switching_values`."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Any

from services.finance.engines.valuation.investment import CashFlow, IrrFlag, appraised, present_values
from shared.base.exact import Number, decimal, exact
from shared.base.texts import Text
from shared.base.typed import refuse_mistyped


class Driver(StrEnum):
    """What is varied: all benefits, all costs, or the discount rate, each by a percentage of itself."""

    BENEFITS = "benefits"
    COSTS = "costs"
    RATE = "rate"


@dataclass(frozen=True, slots=True)
class Variation:
    """One assumption moved by `change_percent`: the NPV then, and how far from the plan's (minor units)."""

    driver: Driver
    change_percent: Decimal
    npv: Decimal
    difference: Decimal


@dataclass(frozen=True, slots=True)
class SwitchingValue:
    """The change of one driver, in percent of itself, that makes the NPV zero; None with the reason."""

    driver: Driver
    change_percent: Decimal | None
    reason: str | None = None


def sensitivity(
    flow: CashFlow, rate: Number, changes_percent: Sequence[Number] = (-20, -10, 10, 20)
) -> list[Variation]:
    """Each driver moved alone by each of the changes: the one-at-a-time table, the bars of a tornado.

    Raises `Invalid` as `appraised` does, and for a change that is no number or leads to a rate of -1 or less.
    """
    refuse_mistyped(changes_percent, Sequence[Any], "/changes_percent")
    plan = _npv(flow, rate)
    return [
        Variation(driver, decimal(change), decimal(npv), decimal(npv - plan))
        for driver in Driver
        for change in (exact(c, f"/changes_percent/{i}") for i, c in enumerate(changes_percent))
        for npv in [_npv(flow, rate, driver, 1 + change / 100)]
    ]


def switching_values(flow: CashFlow, rate: Number) -> list[SwitchingValue]:
    """How far each driver may move before the investment is no longer worth it (or begins to be)."""
    benefits, costs = present_values(flow, rate)
    return [
        _switching(Driver.BENEFITS, costs, benefits),
        _switching(Driver.COSTS, benefits, costs),
        _switching_rate(flow, exact(rate, "/rate")),
    ]


def _npv(
    flow: CashFlow, rate: Number, moved: Driver | None = None, factor: Fraction = Fraction(1)
) -> Fraction:
    used = exact(rate, "/rate") * (factor if moved is Driver.RATE else 1)
    benefits, costs = present_values(flow, used)
    return benefits * (factor if moved is Driver.BENEFITS else 1) - costs * (
        factor if moved is Driver.COSTS else 1
    )


def _switching(driver: Driver, against: Fraction, own: Fraction) -> SwitchingValue:
    if not own:
        return SwitchingValue(driver, None, Text("there are no {driver}", driver=driver))
    return SwitchingValue(driver, decimal((against / own - 1) * 100))


def _switching_rate(flow: CashFlow, rate: Fraction) -> SwitchingValue:
    appraisal = appraised(flow, rate)
    if appraisal.irr_flag is not IrrFlag.ONE or appraisal.irr is None:
        return SwitchingValue(Driver.RATE, None, appraisal.reasons["irr"])
    if not rate:
        return SwitchingValue(Driver.RATE, None, "a rate of zero cannot change by a percentage of itself")
    return SwitchingValue(Driver.RATE, decimal((Fraction(appraisal.irr) / rate - 1) * 100))

"""Earned value of one control account or project: `measure` gives every figure, or None and the reason.

Formulas of PMI, *The Standard for Earned Value Management* (2019). Amounts are integer minor units of one
currency, indices are Decimals. A total lacks nothing: if one package's value is unknown, so is the sum.

    SV = EV - PV      SPI = EV / PV      TCPI(BAC) = (BAC - EV) / (BAC - AC)
    CV = EV - AC      CPI = EV / AC      TCPI(EAC) = (BAC - EV) / (EAC - AC)
    EAC  at_cpi      BAC / CPI                        the work to come costs what work has cost so far
         at_budget   AC + (BAC - EV)                  the work to come costs what was budgeted
         at_cpi_spi  AC + (BAC - EV) / (CPI x SPI)    cost and schedule performance both bear on it
         bottom_up   AC + ETC                         somebody estimated it anew
"""

import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Any

from services.finance.engines.valuation.minor_units import minor, whole_minor
from services.finance.engines.valuation.techniques import Unknown
from services.finance.engines.valuation.work_packages import WorkPackage, standings
from shared.base.exact import decimal
from shared.base.texts import Text
from shared.base.typed import refuse_mistyped


class Forecast(StrEnum):
    """Which of the four estimates at completion counts as `eac`, and so leads to ETC, VAC and TCPI(EAC)."""

    AT_CPI = "at_cpi"
    AT_BUDGET = "at_budget"
    AT_CPI_SPI = "at_cpi_spi"
    BOTTOM_UP = "bottom_up"


NOT_ESTIMATED = Unknown("no bottom-up estimate to complete")
NOTHING_LEFT = Unknown("all of the budget is earned: no work is left")
NO_BUDGET = Unknown("there is no budget")
NEGATIVE_EARNED = Unknown("the earned value is below zero")
"""Of a period in which more was taken back than earned: a forecast at its CPI would be below zero, and look good."""


@dataclass(frozen=True, slots=True)
class Totals:
    """What earned value is computed from, in minor units; `etc` is the bottom-up estimate to complete."""

    bac: int | Unknown
    pv: int | Unknown
    ev: int | Unknown
    ac: int | Unknown
    etc: int | Unknown = NOT_ESTIMATED


@dataclass(frozen=True, slots=True)
class EarnedValue:
    """The figures at one date: amounts in minor units, indices as Decimals, None where `reasons` says why.

    `reasons` is keyed by field name. `eac`, `etc`, `vac` and `tcpi_eac` follow the forecast that was chosen.
    """

    bac: int | None
    pv: int | None
    ev: int | None
    ac: int | None
    sv: int | None
    cv: int | None
    spi: Decimal | None
    cpi: Decimal | None
    eac_at_cpi: int | None
    eac_at_budget: int | None
    eac_at_cpi_spi: int | None
    eac_bottom_up: int | None
    eac: int | None
    etc: int | None
    vac: int | None
    tcpi_bac: Decimal | None
    tcpi_eac: Decimal | None
    reasons: Mapping[str, str] = field(default_factory=dict)


def measure(
    packages: Sequence[WorkPackage],
    actual_cost: int | None,
    as_of: date,
    forecast: Forecast = Forecast.AT_CPI,
) -> EarnedValue:
    """Earned value of these packages together at the end of `as_of`.

    `actual_cost` is what was spent on them until then (minor units; None where it is not known). No packages
    at all is an account with a budget of zero. Raises `Invalid` as `work_packages.standings` does.
    """
    return figures(totals(packages, actual_cost, as_of), forecast)


def totals(packages: Sequence[WorkPackage], actual_cost: int | None, as_of: date) -> Totals:
    """The sums over the packages; one unknown part makes its sum unknown, with that part's reason."""
    standing = standings(packages, as_of)
    return Totals(
        bac=sum(s.budget for s in standing),
        pv=sum_known([s.planned for s in standing]),
        ev=sum_known([s.earned for s in standing]),
        ac=Unknown("no actual cost reported")
        if actual_cost is None
        else whole_minor(actual_cost, "/actual_cost"),
        etc=sum_known([_to_complete(p, i) for i, p in enumerate(packages)]),
    )


def sum_known(parts: Sequence[int | Unknown]) -> int | Unknown:
    """The sum, or the first part that is unknown."""
    numbers = [part for part in parts if not isinstance(part, Unknown)]
    return sum(numbers) if len(numbers) == len(parts) else next(p for p in parts if isinstance(p, Unknown))


def figures(base: Totals, forecast: Forecast = Forecast.AT_CPI) -> EarnedValue:
    """Every variance, index and forecast from the five base amounts."""
    refuse_mistyped(base, Totals, "")
    refuse_mistyped(forecast, Forecast, "/forecast")
    bac, pv, ev, ac, etc = map(_fraction, (base.bac, base.pv, base.ev, base.ac, base.etc))
    spi, cpi = _derive(_spi, ev, pv), _derive(_cpi, ev, ac)
    eac_by = {
        Forecast.AT_CPI: _derive(_eac_at_cpi, bac, cpi),
        Forecast.AT_BUDGET: _derive(_eac_at_budget, bac, ev, ac),
        Forecast.AT_CPI_SPI: _derive(_eac_at_cpi_spi, bac, ev, ac, cpi, spi),
        Forecast.BOTTOM_UP: _derive(operator.add, ac, etc),
    }
    eac = eac_by[forecast]
    shown_eac = _derive(_whole, eac)  # what is derived from it adds up with the EAC that is shown
    amounts = {"bac": bac, "pv": pv, "ev": ev, "ac": ac}
    amounts |= {"sv": _derive(operator.sub, ev, pv), "cv": _derive(operator.sub, ev, ac)}
    amounts |= {f"eac_{method}": value for method, value in eac_by.items()}
    amounts |= {"eac": eac, "etc": _derive(operator.sub, shown_eac, ac)}
    amounts |= {"vac": _derive(operator.sub, bac, shown_eac)}
    indices = {"spi": spi, "cpi": cpi}
    indices |= {"tcpi_bac": _derive(_tcpi_bac, bac, ev, ac), "tcpi_eac": _derive(_tcpi_eac, bac, ev, ac, eac)}
    return _answer(amounts, indices)


def _answer(
    amounts: Mapping[str, Fraction | Unknown], indices: Mapping[str, Fraction | Unknown]
) -> EarnedValue:
    """Amounts rounded to minor units, indices to Decimals, and a reason for each figure there is not."""
    members: dict[str, Any] = {n: None if isinstance(v, Unknown) else minor(v) for n, v in amounts.items()}
    members |= {n: None if isinstance(v, Unknown) else decimal(v) for n, v in indices.items()}
    unknown = {n: v.reason for each in (amounts, indices) for n, v in each.items() if isinstance(v, Unknown)}
    return EarnedValue(**members, reasons=unknown)


def _derive(formula: Callable[..., Fraction | Unknown], *inputs: Fraction | Unknown) -> Fraction | Unknown:
    """What the formula makes of its inputs; where one is unknown, its reason is the answer's."""
    return next((value for value in inputs if isinstance(value, Unknown)), None) or formula(*inputs)


def _spi(ev: Fraction, pv: Fraction) -> Fraction | Unknown:
    if pv < 0:  # a period in which the plan was cut: the ratio would have the wrong sign, or look good
        return Unknown("the planned value is below zero")
    return ev / pv if pv else Unknown("no planned value")


def _cpi(ev: Fraction, ac: Fraction) -> Fraction | Unknown:
    if ac < 0:
        return Unknown("the actual cost is below zero")
    return ev / ac if ac else Unknown("no actual cost")


def _eac_at_cpi(bac: Fraction, cpi: Fraction) -> Fraction | Unknown:
    if cpi < 0:
        return NEGATIVE_EARNED
    return bac / cpi if cpi else Unknown("nothing earned")


def _eac_at_budget(bac: Fraction, ev: Fraction, ac: Fraction) -> Fraction | Unknown:
    return ac + bac - ev


def _eac_at_cpi_spi(
    bac: Fraction, ev: Fraction, ac: Fraction, cpi: Fraction, spi: Fraction
) -> Fraction | Unknown:
    if cpi < 0:
        return NEGATIVE_EARNED
    return ac + (bac - ev) / (cpi * spi) if cpi * spi else Unknown("nothing earned")


def _tcpi_bac(bac: Fraction, ev: Fraction, ac: Fraction) -> Fraction | Unknown:
    if ev >= bac:
        return NOTHING_LEFT if bac else NO_BUDGET
    if ac >= bac:
        return Unknown("unattainable: the actual cost has used up the budget")
    return (bac - ev) / (bac - ac)


def _tcpi_eac(bac: Fraction, ev: Fraction, ac: Fraction, eac: Fraction) -> Fraction | Unknown:
    if ev >= bac:
        return NOTHING_LEFT if bac else NO_BUDGET
    return (bac - ev) / (eac - ac) if eac > ac else Unknown("the forecast leaves nothing to spend")


def _whole(amount: Fraction) -> Fraction:
    return Fraction(minor(amount))


def _fraction(amount: int | Unknown) -> Fraction | Unknown:
    return amount if isinstance(amount, Unknown) else Fraction(amount)


def _to_complete(package: WorkPackage, index: int) -> int | Unknown:
    if package.to_complete is None:
        return Unknown(Text("{code} has no bottom-up estimate to complete", code=package.code))
    return whole_minor(package.to_complete, f"/work_packages/{index}/to_complete", negative=False)

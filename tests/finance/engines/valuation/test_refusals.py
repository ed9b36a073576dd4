"""One bad value anywhere in an input: it is computed with or refused, and nothing else happens."""

from collections.abc import Callable
from contextlib import suppress
from datetime import date
from typing import Any

import numpy as np
import pytest

from services.finance.engines.valuation.amortisation import amortised
from services.finance.engines.valuation.baseline import Change, baselined, movements, rebaselined
from services.finance.engines.valuation.capitalisation import Cost, Policy, Rule, capitalised
from services.finance.engines.valuation.columns import PackageColumns, measured_columns
from services.finance.engines.valuation.earned_schedule import earned_schedule, earned_schedules
from services.finance.engines.valuation.earned_value import Forecast, Totals, figures, measure
from services.finance.engines.valuation.exchange_rates import Amount, ExchangeRates, Quotation
from services.finance.engines.valuation.investment import (
    CashFlow,
    appraised,
    internal_rates,
    net_present_value,
)
from services.finance.engines.valuation.phasing import phased_as_earned
from services.finance.engines.valuation.rollup import Account, package_accounts, rolled_up
from services.finance.engines.valuation.sensitivity import sensitivity, switching_values
from services.finance.engines.valuation.series import Status, performance
from services.finance.engines.valuation.techniques import (
    Apportioned,
    LevelOfEffort,
    Milestone,
    PercentComplete,
    UnitsComplete,
    WeightedMilestones,
    fifty_fifty,
)
from services.finance.engines.valuation.work_packages import BudgetPeriod, WorkPackage
from shared.base.errors import Invalid
from tests.anywhere import spoiled

FIRST, LAST, DAY = date(2026, 1, 1), date(2026, 1, 10), date(2026, 1, 5)
FLOW = CashFlow((0, 50, 60), (100, 0, 0))
PACKAGES = (
    WorkPackage("percent", 10, FIRST, LAST, PercentComplete(50)),
    WorkPackage("fixed", 10, FIRST, LAST, fifty_fifty(FIRST, LAST)),
    WorkPackage(
        "steps", 10, FIRST, LAST, WeightedMilestones((Milestone(1, DAY, DAY), Milestone(2, None, LAST)))
    ),
    WorkPackage("units", 10, FIRST, LAST, UnitsComplete(3, 10)),
    WorkPackage("support", 10, technique=Apportioned("units")),
    WorkPackage(
        "effort", 10, technique=LevelOfEffort(), phased=(BudgetPeriod(FIRST, LAST, 10),), to_complete=7
    ),
)


def _rebaselined(packages: Any, change: Any, effective: Any) -> Any:
    first = baselined(PACKAGES, Change("plan", FIRST), FIRST)
    return movements(rebaselined(first, packages, change, effective))


def _converted(quotations: Any, pivot: Any, oldest_days: Any, amount: Any, into: Any) -> Any:
    return ExchangeRates(quotations, pivot, oldest_days).total([amount], into)


CASES: list[tuple[Callable[..., Any], tuple[Any, ...]]] = [
    (measure, (PACKAGES, 20, DAY, Forecast.AT_CPI)),
    (figures, (Totals(100, 50, 40, 45, 30), Forecast.AT_BUDGET)),
    (rolled_up, ([Account("all"), Account("one", "all", Totals(100, 50, 40, 45, 30))],)),
    (package_accounts, (PACKAGES, {"units": 5}, "all", DAY)),
    (lambda values: performance(values).per_period().points(), ([Status(DAY, PACKAGES[:2], 5)],)),
    (earned_schedules, ([5, 10, 20], [4, 9, 20])),
    (earned_schedule, ([5, 10, 20], 4, 1.5)),
    (_rebaselined, (PACKAGES[:1], Change("more", DAY), DAY)),
    (phased_as_earned, (PACKAGES[1],)),
    (phased_as_earned, (PACKAGES[2],)),
    (appraised, (FLOW, 0.1)),
    (CashFlow.of_net, ([-100, 50, 60],)),
    (net_present_value, ([-100, 50, 60], 0.1)),
    (internal_rates, (FLOW,)),
    (sensitivity, (FLOW, 0.1, (-10, 10))),
    (switching_values, (FLOW, 0.1)),
    (_converted, ([Quotation("EUR", "CHF", DAY, 0.93)], "CHF", 30, Amount(100, "EUR", DAY), "CHF")),
    (capitalised, ([Cost("build", "staff", DAY, 9)], Policy((Rule("1", "build", None, 50),), FIRST, LAST))),
    (amortised, (1000, 100, FIRST, 12)),
    (measured_columns, (PackageColumns(*(np.array([n]) for n in (0, 9, 1, 2, 5, 7))), 1, DAY)),
]


@pytest.mark.parametrize(("call", "arguments"), CASES)
def test_a_bad_value_anywhere_is_refused_or_computed_with(
    call: Callable[..., Any], arguments: tuple[Any, ...]
) -> None:
    call(*arguments)
    for place, argument in enumerate(arguments):
        for bad in spoiled(argument):
            with suppress(Invalid):
                call(*arguments[:place], bad, *arguments[place + 1 :])

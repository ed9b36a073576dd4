"""Planning a package's budget in the steps its technique earns it in; the entry is `phased_as_earned`."""

from dataclasses import replace
from datetime import date
from fractions import Fraction
from itertools import accumulate, pairwise

from services.finance.engines.valuation.minor_units import minor
from services.finance.engines.valuation.techniques import FixedFormula, WeightedMilestones, milestone_weights
from services.finance.engines.valuation.work_packages import BudgetPeriod, WorkPackage
from shared.base.exact import share_of_hundred
from shared.base.typed import refuse_mistyped


def phased_as_earned(package: WorkPackage) -> WorkPackage:
    """The package with its budget planned the way its technique earns it, in steps instead of evenly.

    A fixed formula plans its parts on the planned start and finish, weighted milestones plan theirs on their
    planned dates. Other techniques, and packages without those dates, stay as they are.
    """
    refuse_mistyped(package, WorkPackage, "")
    match package:
        case WorkPackage(
            planned_start=date() as start, planned_finish=date() as finish, technique=FixedFormula(at)
        ):
            first = minor(package.budget * share_of_hundred(at, "/technique/percent_at_start"))
            return replace(package, phased=(_step(start, first), _step(finish, package.budget - first)))
        case WorkPackage(technique=WeightedMilestones(milestones)):
            days = [m.planned for m in milestones if m.planned]
            if len(days) < len(milestones):
                return package
            weights = milestone_weights(milestones, "/technique/milestones")
            return replace(package, phased=tuple(map(_step, days, _split(package.budget, weights))))
    return package


def _step(day: date, budget: int) -> BudgetPeriod:
    return BudgetPeriod(day, day, budget)


def _split(budget: int, weights: list[Fraction]) -> list[int]:
    """The budget in whole minor units by weight; the running total is rounded, so the parts sum to it."""
    upto = [minor(budget * share) for share in accumulate(weights, initial=Fraction(0))]
    return [here - before for before, here in pairwise(upto)]

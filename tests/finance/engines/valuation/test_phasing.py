"""Budgets planned in the steps they are earned in."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from services.finance.engines.valuation.phasing import phased_as_earned
from services.finance.engines.valuation.techniques import (
    FixedFormula,
    Milestone,
    Technique,
    WeightedMilestones,
    fifty_fifty,
    zero_hundred,
)
from services.finance.engines.valuation.work_packages import WorkPackage, standings

FIRST, LAST = date(2026, 6, 1), date(2026, 6, 10)


def package(code: str, technique: Technique, budget: int = 1000) -> WorkPackage:
    return WorkPackage(code, budget, FIRST, LAST, technique)


def test_a_fixed_formula_can_be_planned_in_the_steps_it_earns_in() -> None:
    planned = phased_as_earned(package("A", fifty_fifty()))
    assert [standings([planned], day)[0].planned for day in (FIRST, date(2026, 6, 9), LAST)] == [
        500,
        500,
        1000,
    ]
    late = phased_as_earned(package("B", zero_hundred()))
    assert [standings([late], day)[0].planned for day in (FIRST, LAST)] == [0, 1000]


def test_milestones_can_be_planned_on_their_dates() -> None:
    steps = (Milestone(1, planned=FIRST), Milestone(1, planned=date(2026, 6, 5)), Milestone(1, planned=LAST))
    planned = phased_as_earned(package("A", WeightedMilestones(steps)))
    assert [p.budget for p in planned.phased] == [333, 334, 333]


def test_a_milestone_without_a_planned_date_leaves_the_even_spread() -> None:
    work = package("A", WeightedMilestones((Milestone(1, planned=FIRST), Milestone(1))))
    assert phased_as_earned(work) is work


days = st.dates(date(2026, 1, 1), date(2026, 12, 31))


@given(st.integers(0, 10**12), st.lists(st.tuples(st.integers(1, 99), days), min_size=1, max_size=9), days)
def test_work_done_on_its_planned_dates_earns_what_is_planned(
    budget: int, steps: list[tuple[int, date]], as_of: date
) -> None:
    milestones = tuple(Milestone(weight, achieved=day, planned=day) for weight, day in steps)
    (standing,) = standings([phased_as_earned(package("A", WeightedMilestones(milestones), budget))], as_of)
    assert isinstance(standing.planned, int)
    assert isinstance(standing.earned, int)
    assert abs(standing.planned - standing.earned) <= len(steps)


@given(st.integers(0, 10**12), st.integers(0, 100), days)
def test_a_fixed_formula_kept_to_plan_is_on_schedule(budget: int, at_start: int, as_of: date) -> None:
    (standing,) = standings(
        [phased_as_earned(package("A", FixedFormula(at_start, FIRST, LAST), budget))], as_of
    )
    assert standing.planned == standing.earned

"""Planned and earned value package by package."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.finance.engines.valuation.earned_value import measure
from services.finance.engines.valuation.techniques import (
    Apportioned,
    FixedFormula,
    LevelOfEffort,
    Milestone,
    PercentComplete,
    Technique,
    UnitsComplete,
    Unknown,
    WeightedMilestones,
)
from services.finance.engines.valuation.work_packages import BudgetPeriod, WorkPackage, standings
from shared.base.errors import Invalid

FIRST, LAST = date(2026, 6, 1), date(2026, 6, 10)


def package(code: str, technique: Technique, budget: int = 1000) -> WorkPackage:
    return WorkPackage(code, budget, FIRST, LAST, technique)


def test_level_of_effort_earns_what_was_planned() -> None:
    got = measure([package("PMO", LevelOfEffort())], 900, date(2026, 6, 4))
    assert (got.pv, got.ev, got.sv) == (400, 400, 0)


def test_apportioned_effort_earns_in_step_with_what_it_follows() -> None:
    work = [package("QA", Apportioned("BUILD"), 200), package("BUILD", PercentComplete(30))]
    assert [s.earned for s in standings(work, FIRST)] == [60, 300]


def test_apportioned_effort_without_dates_is_planned_in_step_too() -> None:
    work = [WorkPackage("QA", 200, technique=Apportioned("BUILD")), package("BUILD", PercentComplete(30))]
    assert [s.planned for s in standings(work, date(2026, 6, 5))] == [100, 500]


def test_apportioned_effort_may_follow_apportioned_effort() -> None:
    work = [
        package("AUDIT", Apportioned("QA"), 10),
        package("QA", Apportioned("BUILD"), 200),
        package("BUILD", PercentComplete(50)),
    ]
    assert [s.earned for s in standings(work, FIRST)] == [5, 100, 500]


def test_apportioned_effort_that_goes_round_is_refused_with_the_ring() -> None:
    with pytest.raises(Invalid, match=r"A -> B -> A|B -> A -> B") as refusal:
        standings([package("A", Apportioned("B")), package("B", Apportioned("A"))], FIRST)
    assert refusal.value.code == "apportioned_cycle"


def test_apportioned_effort_must_follow_a_package_of_the_account() -> None:
    with pytest.raises(Invalid, match="X is not among"):
        standings([package("A", Apportioned("X"))], FIRST)


def test_a_package_without_dates_has_no_planned_value_and_says_so() -> None:
    (standing,) = standings([WorkPackage("A", 100, technique=PercentComplete(50))], FIRST)
    assert standing.planned == Unknown("A has no planned start")
    assert standing.earned == 50


def test_a_phased_budget_replaces_the_even_spread() -> None:
    phases = (BudgetPeriod(FIRST, date(2026, 6, 2), 800), BudgetPeriod(date(2026, 6, 3), LAST, 200))
    phased = WorkPackage("A", 1000, FIRST, LAST, PercentComplete(0), phases)
    assert [standings([phased], date(2026, 6, d))[0].planned for d in (1, 2, 6, 10)] == [400, 800, 900, 1000]


def test_phases_must_come_to_the_budget() -> None:
    with pytest.raises(Invalid, match="999"):
        standings([WorkPackage("A", 1000, phased=(BudgetPeriod(FIRST, LAST, 999),))], FIRST)


def test_a_long_chain_of_apportioned_effort_takes_no_longer_than_its_length() -> None:
    chain = [package(str(i), Apportioned(str(i + 1)), 100) for i in range(5_000)]
    assert standings([*chain, package("5000", PercentComplete(40))], LAST)[0].earned == 40


def test_a_ring_further_along_is_named_without_what_leads_to_it() -> None:
    work = [package(a, Apportioned(b)) for a, b in ("AB", "BC", "CD", "DB")]
    with pytest.raises(Invalid, match=r"goes round: (B -> C -> D -> B|C -> D -> B -> C|D -> B -> C -> D)$"):
        standings(work, FIRST)


@pytest.mark.parametrize(
    ("work", "code"),
    [
        ([WorkPackage("A", -1)], "negative_amount"),
        ([WorkPackage("A", 10**18)], "amount_too_large"),
        ([WorkPackage("A", 1.5)], "wrong_type"),  # type: ignore[arg-type]
        ([WorkPackage("A", 1), WorkPackage("A", 1)], "duplicate_code"),
        ([WorkPackage("A", 1, LAST, FIRST)], "finish_before_start"),
    ],
)
def test_an_impossible_package_is_refused(work: list[WorkPackage], code: str) -> None:
    with pytest.raises(Invalid) as refusal:
        standings(work, FIRST)
    assert refusal.value.code == code
    assert refusal.value.faults[0].pointer is not None


some_day = st.dates(date(2026, 1, 1), date(2027, 12, 31))
evidence = st.one_of(
    st.builds(PercentComplete, st.decimals(0, 100, places=2)),
    st.builds(lambda d, p: UnitsComplete(d, p), st.integers(0, 500), st.integers(1, 400)),
    st.builds(lambda at, day: FixedFormula(at, started=day), st.integers(0, 100), some_day),
    st.builds(lambda ws: WeightedMilestones(tuple(Milestone(w, d) for w, d in ws)),
              st.lists(st.tuples(st.integers(1, 9), some_day), min_size=1, max_size=5)),
    st.just(LevelOfEffort()),
)  # fmt: skip
packages = st.builds(
    lambda budget, start, days, technique: WorkPackage(
        "A", budget, start, start + timedelta(days), technique
    ),
    st.integers(0, 10**12),
    some_day,
    st.integers(0, 900),
    evidence,
)


@given(packages, some_day)
def test_neither_planned_nor_earned_value_exceeds_the_budget(work: WorkPackage, day: date) -> None:
    (standing,) = standings([work], day)
    assert not isinstance(standing.planned, Unknown)
    assert not isinstance(standing.earned, Unknown)
    assert 0 <= standing.planned <= work.budget
    assert 0 <= standing.earned <= work.budget


@given(packages, some_day)
def test_planned_value_never_falls_and_ends_at_the_budget(work: WorkPackage, day: date) -> None:
    assert work.planned_finish is not None
    today, tomorrow, end = (
        standings([work], d)[0].planned for d in (day, day + timedelta(1), work.planned_finish)
    )
    assert today <= tomorrow  # type: ignore[operator]
    assert end == work.budget


@given(packages, some_day, st.integers(-300, 300))
def test_shifting_plan_and_date_together_changes_nothing(work: WorkPackage, day: date, by: int) -> None:
    assert work.planned_start is not None
    assert work.planned_finish is not None
    shift = timedelta(by)
    moved = WorkPackage("A", work.budget, work.planned_start + shift, work.planned_finish + shift)
    assert standings([moved], day + shift)[0].planned == standings([work], day)[0].planned

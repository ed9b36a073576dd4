"""Each technique earns by its own evidence, and none earns more than the budget."""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.finance.engines.valuation.techniques import (
    FixedFormula,
    Measured,
    Milestone,
    PercentComplete,
    UnitsComplete,
    Unknown,
    WeightedMilestones,
    fifty_fifty,
    measured_share,
    zero_hundred,
)
from shared.base.errors import Invalid

DAY = date(2026, 6, 15)
BEFORE, AFTER = DAY - timedelta(1), DAY + timedelta(1)


def share(technique: Measured) -> Fraction | Unknown:
    return measured_share(technique, DAY, "/technique")


def test_zero_hundred_earns_nothing_until_the_day_it_is_finished() -> None:
    assert [share(zero_hundred(day)) for day in (None, AFTER, DAY, BEFORE)] == [0, 0, 1, 1]


def test_fifty_fifty_earns_half_at_the_start() -> None:
    assert share(fifty_fifty()) == 0
    assert share(fifty_fifty(started=DAY)) == Fraction(1, 2)
    assert share(fifty_fifty(started=DAY, finished=AFTER)) == Fraction(1, 2)
    assert share(fifty_fifty(started=BEFORE, finished=DAY)) == 1


def test_any_fixed_formula_may_be_agreed() -> None:
    assert share(FixedFormula(25, started=DAY)) == Fraction(1, 4)


def test_weighted_milestones_earn_their_weight_when_achieved() -> None:
    steps = (Milestone(20, BEFORE), Milestone(50, DAY), Milestone(30, AFTER))
    assert share(WeightedMilestones(steps)) == Fraction(7, 10)


def test_units_earn_in_proportion_and_never_more_than_all() -> None:
    assert share(UnitsComplete(30, 40)) == Fraction(3, 4)
    assert share(UnitsComplete(41, 40)) == 1


def test_an_unreported_percentage_is_unknown_and_not_zero() -> None:
    assert share(PercentComplete(None)) == Unknown("no percent complete reported")
    assert share(PercentComplete(Decimal("12.5"))) == Fraction(1, 8)


@pytest.mark.parametrize(
    ("technique", "pointer"),
    [
        (PercentComplete(101), "/technique/percent"),
        (PercentComplete(float("nan")), "/technique/percent"),
        (FixedFormula(-1), "/technique/percent_at_start"),
        (FixedFormula(50, started=DAY, finished=BEFORE), "/technique/finished"),
        (UnitsComplete(1, 0), "/technique/planned"),
        (UnitsComplete(-1, 5), "/technique/done"),
        (WeightedMilestones(()), "/technique/milestones"),
        (WeightedMilestones((Milestone(0), Milestone(0))), "/technique/milestones"),
        (WeightedMilestones((Milestone(2), Milestone(-1))), "/technique/milestones/1/weight"),
        (WeightedMilestones((Milestone(float("inf")),)), "/technique/milestones/0/weight"),
    ],
)
def test_impossible_evidence_is_refused_at_its_place(technique: Measured, pointer: str) -> None:
    with pytest.raises(Invalid) as refusal:
        share(technique)
    assert refusal.value.faults[0].pointer == pointer


days = st.one_of(st.none(), st.dates(date(2026, 1, 1), date(2026, 12, 31)))
weights = st.lists(st.tuples(st.integers(1, 1000), days), min_size=1, max_size=12)


@given(weights, st.integers(1, 1000))
def test_milestone_weights_count_only_against_each_other(
    steps: list[tuple[int, date | None]], scale: int
) -> None:
    once = WeightedMilestones(tuple(Milestone(w, d) for w, d in steps))
    scaled = WeightedMilestones(tuple(Milestone(w * scale, d) for w, d in steps))
    assert share(once) == share(scaled)
    assert 0 <= share(once) <= 1  # type: ignore[operator]


@given(weights, st.dates(date(2026, 1, 1), date(2026, 12, 30)))
def test_dated_evidence_never_earns_less_later(steps: list[tuple[int, date | None]], day: date) -> None:
    technique = WeightedMilestones(tuple(Milestone(w, d) for w, d in steps))
    assert measured_share(technique, day, "") <= measured_share(technique, day + timedelta(1), "")  # type: ignore[operator]

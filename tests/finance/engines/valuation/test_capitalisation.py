"""What becomes an asset and what does not."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.finance.engines.valuation.amortisation import amortised
from services.finance.engines.valuation.capitalisation import Cost, Policy, Rule, Split, capitalised
from shared.base.errors import Invalid

START, READY = date(2026, 3, 1), date(2026, 9, 30)
RULES = (
    Rule("R1", "realisation", None, 100),
    Rule("R2", None, "training", 0),
    Rule("R3", "realisation", "project management", 60),
    Rule("R4", "concept", None, 0),
)
POLICY = Policy(RULES, START, READY)


def cost(phase: str, nature: str, amount: int = 1000, on: date = date(2026, 6, 1)) -> Cost:
    return Cost(phase, nature, on, amount)


def test_the_phase_decides_unless_the_nature_does() -> None:
    costs = [
        cost("concept", "development"),
        cost("realisation", "development"),
        cost("realisation", "training"),
        cost("realisation", "project management"),
    ]
    got = capitalised(costs, POLICY)
    assert [(t.capex, t.opex, t.reason) for t in got.treatments] == [
        (0, 1000, "rule R4"),
        (1000, 0, "rule R1"),
        (0, 1000, "rule R2"),
        (600, 400, "rule R3"),
    ]
    assert got.total == Split(1600, 2400, 0)
    assert got.by_phase == {"concept": Split(0, 1000, 0), "realisation": Split(1600, 1400, 0)}
    assert got.by_nature["development"] == Split(1000, 1000, 0)


def test_only_between_recognition_and_readiness_is_anything_capitalised() -> None:
    days = [date(2026, 2, 28), START, READY, date(2026, 10, 1)]
    got = capitalised([cost("realisation", "development", on=day) for day in days], POLICY)
    assert [t.capex for t in got.treatments] == [0, 1000, 1000, 0]
    assert got.treatments[0].reason == "before the asset was recognised on 2026-03-01"
    assert got.treatments[3].reason == "after the asset was ready on 2026-09-30"


def test_a_cost_no_rule_fits_stays_undecided_and_so_do_its_sums() -> None:
    got = capitalised([cost("deployment", "travel"), cost("realisation", "development")], POLICY)
    assert got.treatments[0].reason == "no rule for travel in deployment"
    assert got.total == Split(None, None, 1)
    assert got.by_phase["realisation"] == Split(1000, 0, 0)


def test_a_rule_for_anything_leaves_nothing_undecided() -> None:
    policy = Policy((*RULES, Rule("R9", None, None, 0)))
    assert capitalised([cost("deployment", "travel")], policy).total == Split(0, 1000, 0)


def test_no_costs_sum_to_zero() -> None:
    assert capitalised([], POLICY).total == Split(0, 0, 0)


@pytest.mark.parametrize(
    ("policy", "code"),
    [
        (Policy((Rule("A", None, None, 101),)), "percent_out_of_range"),
        (Policy((Rule("A", None, None, 1), Rule("B", None, None, 2))), "two_rules"),
        (Policy((), READY, START), "ready_before_recognised"),
    ],
)
def test_an_impossible_policy_is_refused(policy: Policy, code: str) -> None:
    with pytest.raises(Invalid) as refusal:
        capitalised([], policy)
    assert refusal.value.code == code


def test_an_amount_must_be_whole_minor_units() -> None:
    with pytest.raises(Invalid, match="/costs/1/amount"):
        capitalised([cost("concept", "x"), cost("concept", "x", 1.5)], POLICY)  # type: ignore[arg-type]


@given(st.lists(st.tuples(st.integers(-(10**12), 10**12), st.integers(0, 10_000)), max_size=20))
def test_the_two_parts_always_sum_to_the_cost(drawn: list[tuple[int, int]]) -> None:
    policy = Policy(tuple(Rule(str(i), str(i), None, percent / 100) for i, (_, percent) in enumerate(drawn)))
    got = capitalised([cost(str(i), "x", amount) for i, (amount, _) in enumerate(drawn)], policy)
    assert all((t.capex or 0) + (t.opex or 0) == t.cost.amount for t in got.treatments)
    assert got.total.capex == sum(t.capex or 0 for t in got.treatments)


def test_amortisation_begins_in_the_month_of_readiness_and_leaves_the_residual() -> None:
    charges = amortised(1_000_00, 100_00, date(2026, 11, 20), 36)
    assert (str(charges[0].month), str(charges[2].month)) == ("2026-11-01", "2027-01-01")
    assert charges[0].amount == 25_00
    assert charges[-1].book_value == 100_00


@pytest.mark.parametrize(
    ("cost_minor", "residual", "months"),
    [(100, 101, 1), (-1, 0, 1), (100, -1, 1), (100, 0, 0), (100, 0, 10**6)],
)
def test_an_impossible_amortisation_is_refused(cost_minor: int, residual: int, months: int) -> None:
    with pytest.raises(Invalid):
        amortised(cost_minor, residual, READY, months)


def test_a_life_beyond_the_calendar_is_refused() -> None:
    with pytest.raises(Invalid, match="calendar"):
        amortised(100, 0, date(9999, 6, 1), 12)


@given(st.integers(0, 10**15), st.integers(1, 600))
def test_the_charges_sum_to_the_cost_and_differ_by_at_most_one(cost_minor: int, months: int) -> None:
    amounts = [charge.amount for charge in amortised(cost_minor, 0, READY, months)]
    assert sum(amounts) == cost_minor
    assert max(amounts) - min(amounts) <= 1

"""The quick answer: permitted, never better than the optimum, good on what is easy."""

import pytest
from hypothesis import given, settings

from services.reporting.engines.selection import (
    Budget,
    Candidate,
    Cost,
    Exclusion,
    Portfolio,
    Start,
    select,
    select_quickly,
)
from shared.base.errors import Invalid
from tests.reporting.engines.selection.questions import knapsack, permitted, plan_of, small_portfolios, worth


@settings(max_examples=150, deadline=None)
@given(small_portfolios())
def test_it_keeps_every_limit_and_rule_and_is_no_better_than_the_optimum(portfolio: Portfolio) -> None:
    quick = select_quickly(portfolio)
    assert permitted(portfolio, plan_of(quick))
    assert quick.value == pytest.approx(worth(portfolio, plan_of(quick)))
    assert quick.value <= select(portfolio, gap=0).value + 1e-6


def test_it_claims_no_proof_and_says_so() -> None:
    quick = select_quickly(knapsack([1, 2], [1, 2], 2))
    assert (quick.bound, quick.gap, quick.proved) == (None, None, False)
    assert "ask for the optimum" in (quick.reason or "")
    assert quick.usages[0].binds is None


def test_equal_costs_are_taken_by_value() -> None:
    quick = select_quickly(knapsack([5, 9, 7, 1], [10, 10, 10, 10], 25))
    assert quick.keys == ("2", "3")


def test_a_prerequisite_comes_along_where_both_pay() -> None:
    base = Candidate("base", -5, (Cost(2027, "opex", 10),))
    top = Candidate("top", 20, (Cost(2027, "opex", 10),), requires=("base",))
    assert select_quickly(Portfolio((base, top), (Budget(2027, 20),))).keys == ("base", "top")
    assert (
        select_quickly(Portfolio((base, top), (Budget(2027, 20),), forced_out=frozenset({"base"}))).keys == ()
    )


def test_forced_in_comes_first_at_a_start_that_fits() -> None:
    must = Candidate("must", 0, (Cost(2027, "capex", 9),), starts=(Start(0), Start(4)))
    better = Candidate("better", 50, (Cost(2027, "capex", 9),))
    budgets = (Budget(2027, 9), Budget(2028, 9))
    first = select_quickly(Portfolio((better, must), budgets, forced_in=frozenset({"must"})))
    assert plan_of(first) == {"must": 0}
    late = select_quickly(
        Portfolio((better, must), (Budget(2027, 8), *budgets[1:]), forced_in=frozenset({"must"}))
    )
    assert plan_of(late) == {"must": 4}


def test_where_what_is_forced_in_does_not_fit_it_refuses_to_guess() -> None:
    pair = knapsack([1, 1], [5, 5], 9)
    with pytest.raises(Invalid) as refused:
        select_quickly(Portfolio(pair.candidates, pair.budgets, forced_in=frozenset({"1", "2"})))
    assert refused.value.code == "no_quick_answer"


def test_the_places_of_an_exclusion_run_out() -> None:
    rivals = tuple(Candidate(key, value) for key, value in (("a", 1), ("b", 3), ("c", 2)))
    assert select_quickly(Portfolio(rivals, exclusions=(Exclusion(("a", "b", "c"), 2),))).keys == ("b", "c")

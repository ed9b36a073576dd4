"""The optimum: published, and never beaten by counting all selections out."""

import math
import random
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import OptimizeResult

from services.reporting.engines.selection import (
    Budget,
    Candidate,
    Capacity,
    Cost,
    Demand,
    Exclusion,
    Portfolio,
    Quarter,
    Start,
    optimum,
    select,
    select_quickly,
)
from shared.base.errors import Invalid
from tests.reporting.engines.selection.questions import (
    best_by_counting,
    knapsack,
    permitted,
    plan_of,
    small_portfolios,
    worth,
)

VALUES, WEIGHTS = (10, 13, 18, 31, 7, 15), (11, 15, 20, 35, 10, 33)


def test_the_published_knapsack_takes_items_1_and_4_for_41() -> None:
    selection = select(knapsack(VALUES, WEIGHTS, 47), gap=0)
    assert selection.keys == ("1", "4")
    assert selection.value == 41
    assert selection.proved
    assert selection.usages[0].used == 46
    assert selection.usages[0].slack == 1


@settings(max_examples=120, deadline=None)
@given(small_portfolios())
def test_no_selection_counted_out_by_hand_is_better(portfolio):
    selection = select(portfolio, gap=0)
    assert permitted(portfolio, plan_of(selection))
    assert selection.value == pytest.approx(worth(portfolio, plan_of(selection)))
    assert selection.value == pytest.approx(best_by_counting(portfolio), abs=1e-6)
    assert selection.bound >= selection.value
    assert selection.proved


@settings(max_examples=60, deadline=None)
@given(small_portfolios(), st.data())
def test_what_is_forced_in_is_in_or_refused_where_counting_finds_nothing_either(portfolio, data):
    keys = [c.key for c in portfolio.candidates]
    forced = Portfolio(
        portfolio.candidates,
        portfolio.budgets,
        portfolio.capacities,
        portfolio.exclusions,
        forced_in=data.draw(st.frozensets(st.sampled_from(keys), min_size=1, max_size=2)),
    )
    best = best_by_counting(forced)
    if best is None:
        with pytest.raises(Invalid, match=r"forced in does not fit|have to be chosen") as refused:
            select(forced, gap=0)
        assert refused.value.code in ("infeasible", "contradiction")
    else:
        selection = select(forced, gap=0)
        assert selection.value == pytest.approx(best, abs=1e-6)
        assert permitted(forced, plan_of(selection))


def test_many_projects_keep_every_limit_to_the_cent_and_the_gap_that_was_asked_for() -> None:
    chance = random.Random(5)
    candidates = tuple(
        Candidate(
            str(i),
            chance.uniform(1e5, 1e6),
            tuple(Cost(y, n, chance.uniform(1e4, 1e6)) for y in (2027, 2028) for n in ("capex", "opex")),
            (Demand("developer", Quarter(2027, 1), chance.uniform(0, 4)),),
            starts=(Start(0), Start(2)),
        )
        for i in range(250)
    )
    budgets = tuple(Budget(y, 2.5e7, n) for y in (2027, 2028) for n in ("capex", "opex"))
    portfolio = Portfolio(candidates, budgets, (Capacity("developer", Quarter(2027, 1), 60),))
    selection = select(portfolio, gap=0.01)
    assert permitted(portfolio, plan_of(selection))
    assert selection.proved
    assert 0 <= selection.gap <= 0.01
    assert selection.bound == pytest.approx(selection.value * (1 + selection.gap))


def test_a_prerequisite_is_bought_for_what_needs_it() -> None:
    base = Candidate("base", -5, (Cost(2027, "opex", 10),))
    top = Candidate("top", 20, (Cost(2027, "opex", 10),), requires=("base",))
    assert select(Portfolio((base, top), (Budget(2027, 20),))).keys == ("base", "top")
    assert select(Portfolio((base, top), (Budget(2027, 19),))).keys == ()


def test_capex_opex_and_their_sum_are_limits_of_their_own() -> None:
    both = Candidate("both", 1, (Cost(2027, "capex", 6), Cost(2027, "opex", 5)))
    assert select(Portfolio((both,), (Budget(2027, 6, "capex"), Budget(2027, 5, "opex")))).keys == ("both",)
    assert select(Portfolio((both,), (Budget(2027, 10),))).keys == ()
    assert select(Portfolio((both,), (Budget(2028, 0),))).keys == ("both",)


def test_a_saving_makes_room() -> None:
    spender = Candidate("spender", 5, (Cost(2027, "opex", 10),))
    saver = Candidate("saver", -1, (Cost(2027, "opex", -4),))
    assert select(Portfolio((spender, saver), (Budget(2027, 6),))).keys == ("spender", "saver")


def test_a_start_window_moves_costs_and_demands_to_where_there_is_room() -> None:
    candidate = Candidate(
        "late",
        10,
        (Cost(2027, "capex", 8),),
        (Demand("developer", Quarter(2027, 3), 2),),
        starts=(Start(0), Start(2, 9.0), Start(4, 7.0)),
    )
    half = (Budget(2027, 4), Budget(2028, 4))
    assert plan_of(select(Portfolio((candidate,), half))) == {"late": 2}
    busy = (Capacity("developer", Quarter(2028, 1), 1),)
    assert plan_of(select(Portfolio((candidate,), (Budget(2027, 4),), busy))) == {"late": 4}
    assert select(Portfolio((candidate,), (Budget(2027, 4),), busy)).value == 7


def test_at_most_one_of_an_exclusion_is_chosen() -> None:
    rivals = tuple(Candidate(key, value) for key, value in (("a", 1), ("b", 3), ("c", 2)))
    assert select(Portfolio(rivals, exclusions=(Exclusion(("a", "b", "c")),))).keys == ("b",)
    assert select(Portfolio(rivals, exclusions=(Exclusion(("a", "b", "c"), at_most=2),))).keys == ("b", "c")


def test_no_candidates_are_worth_nothing_and_one_is_a_portfolio() -> None:
    assert select(Portfolio(())).value == 0
    assert select(Portfolio(())).proved
    assert select(Portfolio((Candidate("only", 3),))).keys == ("only",)
    assert select(Portfolio((Candidate("loss", -3),))).keys == ()


def test_the_same_question_has_the_same_answer() -> None:
    portfolio = knapsack([3] * 20, [2] * 20, 21)
    assert select(portfolio) == select(portfolio)


@pytest.mark.parametrize(("value", "cost"), [(1e-9, 1), (1e-6, 1e-6), (1, 1e-9), (1, 1e6), (1e9, 1e9)])
@pytest.mark.parametrize("sent", [31, 74])
def test_the_unit_of_money_and_value_changes_nothing(value, cost, sent):
    """The solver's tolerances are absolute; limits of nothing beside amounts of millions are the hard case."""
    chance = random.Random(sent)
    costs = [[chance.randint(0, 9) for _ in range(3)] for _ in range(12)]
    values = [chance.randint(1, 30) for _ in range(12)]

    def plan(value: float, cost: float) -> Portfolio:
        candidates = tuple(
            Candidate(str(i), value * v, tuple(Cost(2027 + y, "opex", cost * c) for y, c in enumerate(each)))
            for i, (v, each) in enumerate(zip(values, costs, strict=True))
        )
        return Portfolio(
            candidates, tuple(Budget(2027 + y, cost * limit) for y, limit in enumerate((20, 25, 0)))
        )

    selection = select(plan(value, cost), gap=0)
    assert selection.proved
    assert selection.value == pytest.approx(value * best_by_counting(plan(1, 1)))
    assert permitted(plan(1, 1), plan_of(selection))


def test_the_rounding_of_the_bound_is_no_gap() -> None:
    for seed in range(60):
        chance = random.Random(seed)
        values, weights = ([chance.uniform(1, most) for _ in range(12)] for most in (50, 30))
        selection = select(knapsack(values, weights, 90), gap=0)
        assert (selection.proved, selection.gap) == (True, 0)


def test_plain_values_of_other_kinds_are_taken_as_the_numbers_they_are() -> None:
    """Decimals, fractions, lists, sets and bare pairs, as a caller may well have them."""
    one = Candidate(
        "one", Decimal("5.5"), [Cost(2027, "capex", Fraction(1, 3))], [Demand("x", (2027, 1), Decimal(1))]
    )
    late = replace(one, key="late", starts=[Start(1, Decimal(7))])
    portfolio = Portfolio(
        [one, late, Candidate("out", 9)],
        [Budget(2027, Decimal("0.6"))],
        [Capacity("x", (2027, 2), Decimal(1))],
        forced_in=["late"],
        forced_out=["out"],
    )
    for selection in (select(portfolio), select_quickly(portfolio)):
        assert selection.keys == ("one", "late")
        assert selection.value == 12.5
        assert str(selection.usages[1].limit) == "capacity x 2027 Q2"


def halves(seed: int, projects: int = 1_000) -> Portfolio:
    """Values and costs uniform from 1 to 1,000, and two budgets of a quarter of all costs."""
    chance = random.Random(seed)
    candidates = tuple(
        Candidate(
            str(i),
            chance.uniform(1, 1_000),
            (Cost(2027, "capex", chance.uniform(1, 1_000)), Cost(2028, "capex", chance.uniform(1, 1_000))),
        )
        for i in range(projects)
    )
    wanted = [math.fsum(candidate.costs[year].amount for candidate in candidates) for year in (0, 1)]
    return Portfolio(candidates, (Budget(2027, wanted[0] / 4), Budget(2028, wanted[1] / 4)))


@pytest.mark.parametrize("seed", [1, 5, 6])
def test_where_the_solver_gives_up_on_one_scale_it_is_asked_on_another(seed):
    """HiGHS answers these relaxations with status 4 and no duals when values are scaled to a million."""
    portfolio = halves(seed)
    selection = select(portfolio)
    assert selection.proved
    assert permitted(portfolio, plan_of(selection))
    assert all(usage.price > 0 for usage in selection.usages)
    assert selection.reason is None


def given_up(*_, **__):
    return OptimizeResult(
        status=4, success=False, x=None, fun=None, ineqlin=OptimizeResult(marginals=None), mip_dual_bound=None
    )


def test_without_duals_there_are_no_prices_and_still_an_answer(monkeypatch):
    monkeypatch.setattr(optimum, "linprog", given_up)
    portfolio = knapsack(VALUES, WEIGHTS, 47)
    selection = select(portfolio, gap=0)
    assert (selection.keys, selection.proved) == (("1", "4"), True)
    assert [usage.price for usage in selection.usages] == [None]
    assert selection.reason == "the solver gave no prices of the limits"
    assert {near.value_short for near in selection.near_misses} == {None}


def test_without_any_answer_of_the_solver_the_quick_one_stands_with_its_reason(monkeypatch):
    monkeypatch.setattr(optimum, "linprog", given_up)
    monkeypatch.setattr(optimum, "milp", given_up)
    portfolio = halves(3, 60)
    selection = select(portfolio)
    assert selection.value >= select_quickly(portfolio).value
    assert permitted(portfolio, plan_of(selection))
    assert (selection.proved, selection.bound) == (False, math.fsum(c.value for c in portfolio.candidates))
    assert "quick answer" in selection.reason


def crowded(seed: int, projects: int = 300, limits: int = 20) -> Portfolio:
    chance = random.Random(seed)
    candidates = tuple(
        Candidate(
            str(i),
            chance.randint(1, 1_000),
            tuple(Cost(2027 + year, "opex", chance.randint(1, 1_000)) for year in range(limits)),
        )
        for i in range(projects)
    )
    budgets = tuple(
        Budget(2027 + year, sum(c.costs[year].amount for c in candidates) // 4) for year in range(limits)
    )
    return Portfolio(candidates, budgets)


@pytest.mark.parametrize("seconds", [0.001, 0.02, 0.1])
@pytest.mark.parametrize("seed", [1, 2])
def test_out_of_time_the_answer_is_never_below_the_quick_one_and_says_why(seed, seconds):
    portfolio = crowded(seed)
    selection = select(portfolio, gap=0, seconds=seconds)
    assert selection.value >= select_quickly(portfolio).value
    assert permitted(portfolio, plan_of(selection))
    assert selection.bound >= selection.value
    assert (selection.proved, selection.gap > 0) == (False, True)
    assert selection.reason.startswith(f"{seconds:g} s were too short")


@settings(max_examples=40, deadline=None)
@given(small_portfolios(), st.sampled_from([1e-6, 0.01]))
def test_however_little_time_there_is_it_is_no_worse_than_the_quick_answer(portfolio, seconds):
    selection = select(portfolio, gap=0, seconds=seconds)
    assert permitted(portfolio, plan_of(selection))
    assert selection.value >= select_quickly(portfolio).value - 1e-9
    assert (selection.reason is None) == selection.proved

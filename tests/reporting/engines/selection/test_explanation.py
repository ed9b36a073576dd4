"""What binds, what just missed, what more money buys, and what a scenario changes."""

import random
from dataclasses import replace

import pytest

from services.reporting.engines.selection import (
    Budget,
    Candidate,
    Cost,
    Exclusion,
    Portfolio,
    Shortfall,
    compare,
    frontier,
    select,
    select_quickly,
)
from shared.base.errors import Invalid
from tests.reporting.engines.selection.questions import knapsack

KNAPSACK = knapsack((10, 13, 18, 31, 7, 15), (11, 15, 20, 35, 10, 33), 47)


def test_the_budget_that_binds_has_the_price_of_the_marginal_project() -> None:
    """Divisible, 47 buy 1 (for 11), 3 (for 20) and 16 of the 35 that 4 costs, worth 31/35 each."""
    selection = select(KNAPSACK)
    assert [u.limit for u in selection.binding] == [Budget(2027, 47)]
    assert selection.binding[0].price == pytest.approx(31 / 35)


def test_a_budget_that_suffices_for_all_does_not_bind() -> None:
    selection = select(knapsack([1, 2], [3, 4], 100))
    assert selection.keys == ("1", "2")
    assert selection.usages[0].binds is False
    assert selection.binding == ()
    assert selection.near_misses == ()


def test_what_just_missed_comes_first_with_what_it_lacks() -> None:
    near = {miss.key: miss for miss in select(KNAPSACK).near_misses}
    assert list(near) == ["3", "2", "5", "6"]
    assert near["3"].value_short == 0
    assert near["3"].shortfalls == (Shortfall(Budget(2027, 47), 19),)
    assert near["2"].value_short == pytest.approx(15 * 31 / 35 - 13)
    assert near["6"].value_short == pytest.approx(33 * 31 / 35 - 15)


def test_a_near_miss_names_missing_prerequisites_and_chosen_rivals() -> None:
    candidates = (
        Candidate("rival", 9),
        Candidate("other", 5),
        Candidate("dear", 1, (Cost(2027, "capex", 99),)),
        Candidate("child", 4, requires=("dear",)),
        Candidate("out", 7),
    )
    portfolio = Portfolio(
        candidates,
        (Budget(2027, 10),),
        exclusions=(Exclusion(("rival", "other")),),
        forced_out=frozenset({"out"}),
    )
    for selection in (select(portfolio), select_quickly(portfolio)):
        near = {miss.key: miss for miss in selection.near_misses}
        assert selection.keys == ("rival",)
        assert near["other"].rivals == ("rival",)
        assert near["child"].lacks == ("dear",)
        assert near["dear"].shortfalls == (Shortfall(Budget(2027, 10), 89),)
        assert "out" not in near


def test_the_frontier_never_falls_and_reaches_everything() -> None:
    points = frontier(KNAPSACK, (2.7, 0, 0.5, 1), gap=0)
    assert [point.scale for point in points] == [0, 0.5, 1, 2.7]
    assert [point.selection.value for point in points] == [0, 18, 41, 94]
    assert points[2].budget == 47
    assert points[2].spent == 46
    assert all(point.spent <= point.budget for point in points)


def test_where_more_money_buys_nothing_the_frontier_spends_no_more() -> None:
    for seed in range(12):
        chance = random.Random(seed)
        portfolio = knapsack(chance.choices((5, 10, 15), k=9), chance.choices((3, 4, 5, 6, 9), k=9), 20)
        points = frontier(portfolio, [k / 10 for k in range(2, 25)], gap=0)
        spent_for = {(point.selection.value, point.spent) for point in points}
        assert len(spent_for) == len({value for value, _ in spent_for})


def test_a_point_of_the_frontier_that_cannot_hold_what_is_forced_in_says_so() -> None:
    points = frontier(replace(KNAPSACK, forced_in=frozenset({"4"})), (0.5, 1), gap=0)
    assert points[0].selection is None
    assert "budget 2027" in points[0].reason
    assert points[1].selection.value == 41


def test_a_loose_gap_does_not_let_the_frontier_fall() -> None:
    portfolio = knapsack([10 + i % 7 for i in range(40)], [11 + i % 5 for i in range(40)], 100)
    values = [point.selection.value for point in frontier(portfolio, [k / 10 for k in range(5, 20)], gap=0.2)]
    assert values == sorted(values)


def test_scenarios_are_compared_with_the_first() -> None:
    more = replace(KNAPSACK, budgets=(Budget(2027, 60),))
    without = replace(KNAPSACK, forced_out=frozenset({"1", "4"}))
    rows = compare(
        {name: select(p, gap=0) for name, p in {"plan": KNAPSACK, "more": more, "without": without}.items()}
    )
    assert [(row.name, row.value, row.gained) for row in rows] == [
        ("plan", 41, 0),
        ("more", 51, 10),
        ("without", 38, -3),
    ]
    assert rows[0].entered == rows[0].dropped == rows[0].moved == ()
    assert (rows[1].entered, rows[1].dropped) == (("3",), ("1",)) or rows[1].value == 51
    assert "4" in rows[2].dropped
    assert compare({}) == ()


@pytest.mark.parametrize("scale", [-1, float("nan"), float("inf")])
def test_a_scale_that_is_none_is_refused(scale):
    with pytest.raises(Invalid):
        frontier(KNAPSACK, (1, scale))

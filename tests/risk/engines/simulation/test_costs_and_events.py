"""Costs that follow durations, and risk events that hit both."""

from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.risk.engines.simulation import (
    Activity,
    Constant,
    CostItem,
    Discrete,
    Effect,
    Link,
    Model,
    Normal,
    RiskEvent,
    Triangular,
    Uniform,
    simulate,
)

RUNS = 20_000


def test_a_cost_per_day_follows_the_duration_and_the_network() -> None:
    model = Model(
        (Activity("A", Constant(4), cost=Constant(100), cost_per_day=10), Activity("B", Constant(6))),
        (Link("A", "B"),),
        cost_items=(CostItem("office", Constant(50), per_day=3),),
    )
    assert simulate(model, runs=2).cost.ordered.tolist() == [100 + 40 + 50 + 30] * 2


def test_a_longer_activity_costs_more_in_the_same_run() -> None:
    outcome = simulate(Model((Activity("A", Triangular(1, 2, 6), cost_per_day=7),)), runs=500)
    assert outcome.cost.values == pytest.approx(7 * outcome.finish.values)


def test_an_event_happens_as_often_as_its_probability_says() -> None:
    outcome = simulate(Model(events=(RiskEvent("strike", 0.3, cost=Constant(1)),)), runs=RUNS)
    assert outcome.cost.mean == pytest.approx(0.3, abs=4 * (0.21 / RUNS) ** 0.5)
    assert outcome.expected_event_cost == 0.3


@pytest.mark.parametrize(("probability", "finish"), [(0.0, 10), (1.0, 10 * 1.5 + 2)])
def test_a_certain_event_always_hits_and_an_impossible_one_never(probability, finish):
    strike = RiskEvent("strike", probability, (Effect("A", days=Constant(2), factor=Constant(1.5)),))
    outcome = simulate(Model((Activity("A", Constant(10)),), events=(strike,)), runs=20)
    assert outcome.finish.ordered[[0, -1]].tolist() == [finish, finish]
    assert outcome.planned_finish == 10


def test_an_event_that_hits_a_task_moves_the_finish_by_its_expected_delay() -> None:
    strike = RiskEvent("strike", 0.25, (Effect("A", days=Uniform(2, 6)),))
    outcome = simulate(Model((Activity("A", Uniform(8, 12)),), events=(strike,)), runs=RUNS)
    assert outcome.finish.mean == pytest.approx(10 + 0.25 * 4, abs=4 * outcome.finish.standard_error)


def test_one_event_hits_all_its_tasks_in_the_same_runs() -> None:
    strike = RiskEvent("strike", 0.5, (Effect("A", days=Constant(5)), Effect("B", days=Constant(7))))
    model = Model(
        (Activity("A", Constant(1)), Activity("B", Constant(1))), (Link("A", "B"),), events=(strike,)
    )
    assert set(simulate(model, runs=200).finish.values.tolist()) == {2.0, 14.0}


def test_an_opportunity_shortens_a_task_but_never_below_nothing() -> None:
    luck = RiskEvent("luck", 1, (Effect("A", days=Constant(-30)),))
    assert simulate(Model((Activity("A", Uniform(8, 12)),), events=(luck,)), runs=50).finish.ordered[-1] == 0


def test_the_expected_reserve_is_the_sum_of_probability_and_expected_impact() -> None:
    register = (RiskEvent("a", 0.8, cost=Constant(10e3)), RiskEvent("b", 0.3, cost=Uniform(20e3, 40e3)))
    outcome = simulate(Model(events=register), runs=RUNS)
    assert outcome.expected_event_cost == pytest.approx(17e3)
    assert outcome.cost.mean == pytest.approx(17e3, abs=4 * outcome.cost.standard_error)
    assert outcome.planned_cost == 0


def test_a_normal_duration_counts_as_nothing_where_it_would_be_negative() -> None:
    outcome = simulate(Model((Activity("A", Normal(1, 5)),)), runs=2000)
    assert outcome.finish.ordered[0] == 0
    assert outcome.finish.mean > 1


def test_costs_alone_have_no_finish_and_say_why() -> None:
    outcome = simulate(Model(cost_items=(CostItem("x", Discrete((1, 2), (0.5, 0.5))),)), runs=100)
    assert outcome.finish is None
    assert outcome.planned_finish is None
    assert outcome.finish_on(0.8) is outcome.schedule_reserve(0.8) is outcome.joint_probability(1, 1) is None
    assert outcome.reasons["finish"] == "the model has no activities"


def test_factors_come_before_days_whichever_event_is_listed_first() -> None:
    later = RiskEvent("later", 1, (Effect("A", days=Constant(4)),))
    twice = RiskEvent("twice", 1, (Effect("A", factor=Constant(2)),))
    for events in permutations((later, twice)):
        outcome = simulate(Model((Activity("A", Constant(10)),), events=events), runs=20)
        assert outcome.finish.ordered[[0, -1]].tolist() == [24, 24]


def test_a_gain_of_time_does_not_hide_behind_a_factor_of_another_event() -> None:
    sooner = RiskEvent("a sooner", 1, (Effect("A", days=Constant(-12)),))
    halved = RiskEvent("b halved", 1, (Effect("A", days=Constant(3), factor=Constant(0.5)),))
    for events in permutations((sooner, halved)):
        outcome = simulate(Model((Activity("A", Constant(20)),), events=events), runs=20)
        assert outcome.finish.ordered[[0, -1]].tolist() == [1, 1]


effects = st.builds(
    Effect,
    st.sampled_from(["A", "B"]),
    days=st.builds(Constant, st.floats(-5, 9)) | st.just(Triangular(-2, 1, 7)),
    factor=st.builds(Constant, st.floats(0.1, 3)) | st.just(Uniform(0.5, 2)),
)
registers = st.lists(
    st.tuples(st.sampled_from([0.0, 0.3, 1.0]), effects, st.integers(-(10**6), 10**6)), min_size=2, max_size=5
)


@given(registers, st.randoms())
@settings(max_examples=40, deadline=None)
def test_how_the_parts_of_a_model_are_listed_changes_no_figure(register, chance):
    activities = [Activity("A", Uniform(8, 12), cost_per_day=0.1), Activity("B", Constant(7), Constant(0.2))]
    items = [CostItem("office", Uniform(0, 1), per_day=0.7), CostItem("rent", Constant(0.3))]
    events = [
        RiskEvent(str(number), probability, (effect,), cost=Constant(cost / 7))
        for number, (probability, effect, cost) in enumerate(register)
    ]
    links = (Link("A", "B"),)
    first = simulate(Model(tuple(activities), links, tuple(items), tuple(events)), runs=64)
    for parts in (activities, items, events):
        chance.shuffle(parts)
    second = simulate(Model(tuple(activities), links, tuple(items), tuple(events)), runs=64)
    assert first.finish.values.tolist() == second.finish.values.tolist()
    assert first.cost.values.tolist() == second.cost.values.tolist()

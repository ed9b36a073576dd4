"""Percentiles, curves, probabilities, reserves and drivers of an outcome."""

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.risk.engines.simulation import (
    Activity,
    Calendar,
    Constant,
    CostItem,
    Effect,
    Link,
    Model,
    RiskEvent,
    Sample,
    Triangular,
    Uniform,
    Variable,
    simulate,
)
from shared.base.errors import Invalid


def sample(values):
    array = np.array(values, dtype=np.float64)
    return Sample(array, np.sort(array))


@given(st.lists(st.integers(-1000, 1000), min_size=1, max_size=60), st.floats(0, 1))
def test_a_percentile_is_the_interpolated_one_and_probability_goes_back(values, level):
    ours = sample(values)
    assert ours.percentile(level) == pytest.approx(np.quantile(values, level))
    assert ours.probability_within(ours.observed(level)) >= level - 1e-9
    assert ours.observed(level) in values


def test_the_s_curve_rises_from_the_least_to_the_greatest_value() -> None:
    curve = sample([3, 1, 2, 10]).s_curve(11)
    assert curve[0] == (1, 0)
    assert curve[-1] == (10, 1)
    assert [value for value, _ in curve] == sorted(value for value, _ in curve)
    assert len(curve) == 11


@pytest.mark.parametrize("level", [80, -0.1, 1.2, float("nan"), float("inf"), None, "0.8", 10**400])
def test_a_level_that_is_no_share_of_one_is_refused(level):
    ours = sample([1, 2, 3])
    for ask in (ours.percentile, ours.percentile_interval, ours.observed):
        with pytest.raises(Invalid, match="/level"):
            ask(level)


@pytest.mark.parametrize("points", [0, 1, -3, 10**9, 11.0, None])
def test_a_curve_of_no_or_endless_points_is_refused(points):
    with pytest.raises(Invalid, match="/points"):
        sample([1, 2, 3]).s_curve(points)


def test_a_limit_is_kept_to_the_last_bit_of_a_sum() -> None:
    cents = simulate(Model(cost_items=(CostItem("a", Constant(0.1)), CostItem("b", Constant(0.2)))), runs=1)
    assert cents.cost.probability_within(0.3) == 1
    day = simulate(Model((Activity("A", Constant(1), Constant(0.1), cost_per_day=0.2),)), runs=1)
    assert day.joint_probability(1, 0.3) == 1
    for limit in (float("nan"), None, "3"):
        with pytest.raises(Invalid, match="/limit"):
            cents.cost.probability_within(limit)


def test_a_tornado_of_something_else_is_refused() -> None:
    with pytest.raises(Invalid, match="'finish' or 'cost' is due"):
        simulate(Model((Activity("A", Constant(1)),)), runs=1).tornado("costs")


def test_one_run_has_a_mean_but_no_spread() -> None:
    assert (sample([4]).mean, sample([4]).sd, sample([4]).standard_error) == (4, None, None)


def test_the_interval_of_a_percentile_covers_the_truth_as_often_as_it_says() -> None:
    covered = 0
    for seed in range(200):
        cost = simulate(Model(cost_items=(CostItem("x", Uniform(0, 1)),)), runs=400, seed=seed).cost
        low, high = cost.percentile_interval(0.8)
        covered += low <= 0.8 <= high
    assert 180 <= covered <= 199


def test_reserves_are_percentile_less_plan() -> None:
    outcome = simulate(Model((Activity("A", Triangular(5, 6, 16), cost_per_day=2),)), runs=2000)
    assert outcome.schedule_reserve(0.8) == outcome.finish.percentile(0.8) - 6
    assert outcome.cost_reserve(0.8) == outcome.cost.percentile(0.8) - 12
    assert outcome.schedule_reserve(0.8) == pytest.approx(16 - (0.2 * 11 * 10) ** 0.5 - 6, abs=0.3)


def test_the_p_date_is_a_day_by_which_that_share_is_finished_and_the_day_before_is_not() -> None:
    model = Model(
        (Activity("A", Triangular(5, 10, 30)),),
        start=date(2026, 6, 1),
        calendars={"site": Calendar()},
        calendar="site",
    )
    outcome = simulate(model, runs=3000)
    p80 = outcome.finish_on(0.8)
    assert p80.weekday() < 5
    assert outcome.probability_by(p80) >= 0.8
    assert outcome.probability_by(date.fromordinal(p80.toordinal() - 1)) < 0.8


def test_time_and_money_are_kept_together_less_often_than_either() -> None:
    model = Model(
        (Activity("A", Triangular(5, 10, 30), cost_per_day=1),), cost_items=(CostItem("x", Uniform(0, 20)),)
    )
    outcome = simulate(model, runs=5000)
    finish, cost = outcome.finish.percentile(0.7), outcome.cost.percentile(0.7)
    joint = outcome.joint_probability(finish, cost)
    assert 0.4 < joint < 0.7
    assert joint == pytest.approx(np.mean((outcome.finish.values <= finish) & (outcome.cost.values <= cost)))


def test_the_tornado_puts_first_what_matters_most_and_leaves_out_what_does_not() -> None:
    model = Model(
        (
            Activity("long", Uniform(10, 30)),
            Activity("short", Uniform(4, 6)),
            Activity("beside", Uniform(1, 2)),
        ),
        (Link("long", "short"), Link("beside", "short")),
        events=(RiskEvent("strike", 0.2, (Effect("long", days=Constant(8)),)),),
    )
    outcome = simulate(model, runs=10_000)
    bars = outcome.tornado("finish")
    assert [bar.variable for bar in bars[:3]] == [
        Variable("duration", "long"),
        Variable("event", "strike"),
        Variable("duration", "short"),
    ]
    assert bars[0].finish.high - bars[0].finish.low == pytest.approx(
        18, rel=0.03
    )  # middles of the outer tenths
    assert bars[1].finish.high - bars[1].finish.low == pytest.approx(8, rel=0.06)
    assert bars[0].finish.correlation > 0.8
    assert next(b for b in bars if b.variable.key == "beside").finish.width < 0.5
    assert outcome.tornado("cost") == []


def test_correlations_with_the_result_are_the_textbook_ones() -> None:
    model = Model((Activity("A", Uniform(0, 4)), Activity("B", Uniform(0, 3))), (Link("A", "B"),))
    outcome = simulate(model, runs=20_000)
    by_key = {d.variable.key: d.finish.correlation for d in outcome.drivers}
    assert by_key["A"] == pytest.approx(0.8, abs=0.01)
    assert by_key["B"] == pytest.approx(0.6, abs=0.015)


def test_the_schedule_sensitivity_is_criticality_times_the_ratio_of_spreads() -> None:
    model = Model((Activity("A", Uniform(0, 4)), Activity("B", Uniform(0, 3))), (Link("A", "B"),))
    outcome = simulate(model, runs=5000)
    first = outcome.activities[0]
    assert first.criticality == 1
    assert first.sd_duration == pytest.approx((16 / 12) ** 0.5, rel=0.03)
    assert first.schedule_sensitivity == pytest.approx(first.sd_duration / outcome.finish.sd)


def test_without_any_spread_sensitivities_are_unknown() -> None:
    outcome = simulate(Model((Activity("A", Constant(4)),)), runs=10)
    assert outcome.activities[0].schedule_sensitivity is None
    assert outcome.drivers == ()

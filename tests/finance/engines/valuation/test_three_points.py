"""Sums of three-point amounts: means are exact, percentiles near those of a simulation."""

import random

import pytest

from services.finance.engines.valuation.three_points import ThreePoints, percentile

LINES = [ThreePoints(5, 10, 15), ThreePoints(20, 25, 60), ThreePoints(8, 8, 30)]


def test_a_single_amount_has_the_quantiles_of_its_triangle() -> None:
    """Of 5, 10, 15: F(10) = 1/2; F(x) = 0.8 at 15 - sqrt(0.2 * 10 * 5)."""
    assert percentile([LINES[0]], 0.5) == 10
    assert percentile([LINES[0]], 0.8) == pytest.approx(15 - 10**0.5)


def test_moments_are_those_of_the_triangle() -> None:
    """Of 0, 0, 3: mean 1, variance 9/18, third central moment 3 * 3 * 6 / 270."""
    one = ThreePoints(0, 0, 3)
    assert (one.mean, one.variance) == (1, 0.5)
    assert one.third_moment == pytest.approx(0.2)


@pytest.mark.parametrize("probability", [0.2, 0.5, 0.8, 0.95])
def test_a_percentile_is_near_that_of_a_simulation(probability: float) -> None:
    """Within one percent of the range 33 to 105."""
    chance = random.Random(7)
    draws = sorted(
        sum(chance.triangular(one.low, one.high, one.likely) for one in LINES) for _ in range(40_000)
    )
    simulated = draws[int(probability * len(draws))]
    assert percentile(LINES, probability) == pytest.approx(simulated, abs=0.72)


def test_what_hangs_together_spreads_more_and_keeps_its_mean() -> None:
    amounts = [ThreePoints(5, 10, 15)] * 4
    spread = [percentile(amounts, 0.8, correlation) - 40 for correlation in (0.0, 0.5, 1.0)]
    assert spread == sorted(spread)
    assert spread[2] == pytest.approx(2 * spread[0])
    assert percentile(amounts, 0.5, 1.0) == 40


def test_what_is_certain_has_one_value() -> None:
    assert percentile([ThreePoints(7, 7, 7)] * 2, 0.8) == 14
    assert percentile([ThreePoints(7, 7, 7)], 0.8) == 7

"""The published figures: three-point estimates, independent and correlated sums, a register's exposure."""

import pytest

from services.risk.engines.simulation import (
    Correlation,
    CostItem,
    Model,
    Normal,
    Outcome,
    Threat,
    Triangular,
    Uniform,
    Variable,
    exposure,
    simulate,
    three_point_estimate,
)

ITEMS = (
    CostItem("normal", Normal(10, 2)),
    CostItem("triangular", Triangular(5, 10, 15)),
    CostItem("uniform", Uniform(8, 12)),
)
VARIABLES = tuple(Variable("cost_item", item.key) for item in ITEMS)
COEFFICIENTS = ((1.0, 0.5, 0.3), (0.5, 1.0, 0.4), (0.3, 0.4, 1.0))
RUNS = 200_000


@pytest.fixture(scope="module")
def independent() -> Outcome:
    return simulate(Model(cost_items=ITEMS), runs=RUNS, seed=7)


def test_the_exact_moments_of_the_sum_are_30_and_9_5() -> None:
    assert sum(item.amount.mean for item in ITEMS) == 30
    assert sum(item.amount.variance for item in ITEMS) == pytest.approx(9.5, abs=1e-12)


def test_the_simulated_moments_of_the_sum_are_the_exact_ones_within_their_error(independent):
    assert independent.cost.mean == pytest.approx(30, abs=4 * (9.5 / RUNS) ** 0.5)
    assert independent.cost.sd**2 == pytest.approx(9.5, abs=4 * 9.5 * (2 / RUNS) ** 0.5)


@pytest.mark.parametrize(
    ("level", "published", "exact"),
    [(0.05, 24.93, 24.9241), (0.5, 30.00, 30.0), (0.8, 32.64, 32.6322), (0.95, 35.07, 35.0759)],
)
def test_the_percentiles_are_the_exact_ones_and_the_published_ones_within_their_error(
    independent, level, published, exact
):
    """Exact by convolving the three densities; the published ones come from two million draws."""
    low, high = independent.cost.percentile_interval(level)
    spread = (high - low) / (2 * 1.96)
    assert independent.cost.percentile(level) == pytest.approx(exact, abs=3 * spread)
    their_error = spread * (RUNS / 2_000_000) ** 0.5
    assert published == pytest.approx(exact, abs=0.005 + 3 * their_error)


@pytest.mark.parametrize("measure", ["rank", "linear"])
def test_correlation_leaves_the_mean_at_30(measure):
    correlated = Model(cost_items=ITEMS, correlations=(Correlation(VARIABLES, COEFFICIENTS, measure),))
    outcome = simulate(correlated, runs=RUNS, seed=7)
    assert outcome.cost.mean == pytest.approx(30, abs=4 * (17.1 / RUNS) ** 0.5)


def test_linear_correlation_brings_the_variance_to_16_85() -> None:
    correlated = Model(cost_items=ITEMS, correlations=(Correlation(VARIABLES, COEFFICIENTS, "linear"),))
    sds = [item.amount.variance**0.5 for item in ITEMS]
    exact = sum(a * b * COEFFICIENTS[i][j] for i, a in enumerate(sds) for j, b in enumerate(sds))
    assert exact == pytest.approx(16.85, abs=0.005)
    outcome = simulate(correlated, runs=RUNS, seed=7)
    assert outcome.cost.sd**2 == pytest.approx(exact, abs=4 * exact * (2 / RUNS) ** 0.5)


def test_rank_correlation_brings_the_variance_near_the_same() -> None:
    correlated = Model(cost_items=ITEMS, correlations=(Correlation(VARIABLES, COEFFICIENTS),))
    assert simulate(correlated, runs=RUNS, seed=7).cost.sd ** 2 == pytest.approx(16.85, rel=0.025)


def test_a_register_of_six_risks_exposes_118_000_and_needs_33_500() -> None:
    register = [(0.8, 10e3), (0.3, 30e3), (0.5, 8e3), (0.1, 40e3), (0.3, 20e3), (0.25, 10e3)]
    result = exposure(Threat(probability, impact) for probability, impact in register)
    assert (result.total, result.expected) == (118_000, 33_500)


def test_the_three_point_rule_of_thumb() -> None:
    assert three_point_estimate(2, 5, 14) == (6, 2)


def test_the_triangular_moments_are_those_of_the_formula() -> None:
    a, c, b = 3.0, 7.0, 20.0
    assert Triangular(a, c, b).mean == (a + b + c) / 3
    assert Triangular(a, c, b).variance == pytest.approx((a * a + b * b + c * c - a * b - a * c - b * c) / 18)

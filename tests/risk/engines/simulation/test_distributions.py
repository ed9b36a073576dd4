"""Every distribution's quantiles against an independent library, and its draws against its exact moments."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from services.risk.engines.simulation import (
    Constant,
    CostItem,
    Discrete,
    LogNormal,
    Model,
    Normal,
    Pert,
    Triangular,
    Uniform,
    simulate,
)
from services.risk.engines.simulation.quantiles import quantiles

U = np.concatenate([[1e-12, 1e-6], np.linspace(0.0011, 0.9989, 999), [1 - 1e-6, 1 - 1e-12]])

THREE_VALUES = stats.rv_discrete(values=([1, 4, 9], [0.5, 0.25, 0.25]))()
REFERENCES = [
    (Uniform(2, 5), stats.uniform(2, 3)),
    (Triangular(2, 3, 7), stats.triang(0.2, 2, 5)),
    (Triangular(2, 2, 7), stats.triang(0.0, 2, 5)),
    (Triangular(2, 7, 7), stats.triang(1.0, 2, 5)),
    (Normal(-3, 2), stats.norm(-3, 2)),
    (LogNormal(10, 4), stats.lognorm(math.sqrt(math.log(1.16)), scale=10 / math.sqrt(1.16))),
    (Pert(2, 3, 7), stats.beta(1.8, 4.2, 2, 5)),
    (Pert(2, 2, 7), stats.beta(1, 5, 2, 5)),
    (Pert(2, 7, 7, weight=2), stats.beta(3, 1, 2, 5)),
    (Discrete((4, 1, 9), (0.25, 0.5, 0.25)), THREE_VALUES),
]


@pytest.mark.parametrize(("distribution", "reference"), REFERENCES, ids=lambda d: str(d)[:24])
def test_the_quantiles_are_those_of_the_reference(distribution, reference):
    ours = quantiles(type(distribution), [distribution], U[np.newaxis])[0]
    assert ours == pytest.approx(reference.ppf(U), abs=2e-5)


@pytest.mark.parametrize(("distribution", "reference"), REFERENCES, ids=lambda d: str(d)[:24])
def test_the_stated_moments_are_those_of_the_reference(distribution, reference):
    assert distribution.mean == pytest.approx(float(reference.mean()))
    assert distribution.variance == pytest.approx(float(reference.var()))


@pytest.mark.parametrize(("distribution", "reference"), REFERENCES, ids=lambda d: str(d)[:24])
def test_the_simulated_moments_are_the_stated_ones_within_their_error(distribution, reference):
    runs = 50_000
    cost = simulate(Model(cost_items=(CostItem("x", distribution),)), runs=runs, seed=3).cost
    kurtosis = float(reference.stats(moments="k"))
    assert cost.mean == pytest.approx(distribution.mean, abs=4 * cost.standard_error)
    error_of_variance = distribution.variance * math.sqrt((kurtosis + 2) / runs)
    assert cost.sd**2 == pytest.approx(distribution.variance, abs=4 * error_of_variance)


def test_a_lognormal_is_planned_with_its_mode() -> None:
    mode = LogNormal(10, 4).planned
    density = stats.lognorm(math.sqrt(math.log(1.16)), scale=10 / math.sqrt(1.16)).pdf
    assert density(mode) > max(density(mode * 0.99), density(mode * 1.01))


def test_a_constant_is_always_itself() -> None:
    assert simulate(Model(cost_items=(CostItem("x", Constant(0.1)),)), runs=50).cost.ordered[
        [0, -1]
    ].tolist() == [
        0.1,
        0.1,
    ]


@settings(max_examples=60)
@given(st.lists(st.floats(0, 1000), min_size=3, max_size=3).map(sorted), st.floats(0.1, 20))
def test_a_pert_draw_stays_within_its_points_and_rises_with_the_probability(points, weight):
    low, likely, high = points
    drawn = quantiles(Pert, [Pert(low, likely, high, weight)], U[np.newaxis])[0]
    slack = 1e-9 * (1 + high)
    assert low - slack <= drawn.min() <= drawn.max() <= high + slack
    assert np.all(np.diff(drawn) >= -slack)

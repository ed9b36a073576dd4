"""Correlation: reached as asked, moving no mean and no distribution, and refused where it cannot be."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from services.risk.engines.simulation import (
    Activity,
    Constant,
    Correlation,
    CostItem,
    Discrete,
    LogNormal,
    Model,
    Pert,
    RiskEvent,
    Triangular,
    Uniform,
    Variable,
    correlation,
    simulate,
)
from services.risk.engines.simulation.assembly import values
from services.risk.engines.simulation.correlation import copula, factored
from services.risk.engines.simulation.streams import Streams
from services.risk.engines.simulation.variables import uncertain
from shared.base.errors import Invalid
from tests.risk.engines.simulation.networks import matrix

A, B, C = (Variable("cost_item", key) for key in "ABC")
SHAPES = (Uniform(0, 1), LogNormal(10, 6), Pert(0, 1, 10))


def priced(*shapes):
    return tuple(CostItem(key, shape) for key, shape in zip("ABC", shapes, strict=False))


def drawn(model, runs):
    """The values of the variables in one portion, with their order."""
    distributions = uncertain(model)
    u = Streams(5, distributions).draw(runs)
    copula(0, model, distributions).couple(u)
    return values(distributions, u)


@settings(max_examples=12, deadline=None)
@given(st.floats(-0.9, 0.9), st.floats(-0.3, 0.3))
def test_rank_correlations_come_out_as_asked(first, second):
    coefficients = matrix((1, first, second), (first, 1, 0), (second, 0, 1))
    model = Model(cost_items=priced(*SHAPES), correlations=(Correlation((A, B, C), coefficients),))
    reached = stats.spearmanr(drawn(model, 40_000).T).statistic
    assert reached == pytest.approx(np.array(coefficients), abs=0.025)


HAPPENS = Discrete((0, 1), (0.7, 0.3))


@pytest.mark.parametrize(
    ("first", "second", "coefficient"),
    [
        (HAPPENS, HAPPENS, 0.5),
        (HAPPENS, HAPPENS, -0.3),
        (HAPPENS, Triangular(1, 2, 6), 0.6),
        (
            Discrete([3, 1, 3, 2], [0.2, 0.2, 0.3, 0.3]),
            LogNormal(10, 6),
            0.7,
        ),  # in lists, out of order, 3 twice
    ],
)
@pytest.mark.parametrize("measure", ["rank", "linear"])
def test_events_and_discrete_values_reach_their_correlation_too(first, second, coefficient, measure):
    coefficients = matrix((1, coefficient), (coefficient, 1))
    model = Model(
        cost_items=priced(first, second), correlations=(Correlation((A, B), coefficients, measure),)
    )
    reached = (stats.spearmanr if measure == "rank" else stats.pearsonr)(*drawn(model, 60_000)).statistic
    assert reached == pytest.approx(coefficient, abs=0.02)


@settings(max_examples=12, deadline=None)
@given(st.floats(-0.6, 0.9))
def test_linear_correlations_come_out_as_asked(coefficient):
    coefficients = matrix((1, coefficient), (coefficient, 1))
    model = Model(
        cost_items=priced(Uniform(0, 1), LogNormal(10, 4)),
        correlations=(Correlation((A, B), coefficients, "linear"),),
    )
    assert np.corrcoef(drawn(model, 60_000)) == pytest.approx(np.array(coefficients), abs=0.025)


@settings(max_examples=15, deadline=None)
@given(st.floats(-1, 1), st.sampled_from(["rank", "linear"]))
def test_no_correlation_moves_a_mean(coefficient, measure):
    together = Correlation((A, B), matrix((1, coefficient), (coefficient, 1)), measure)
    items = priced(Triangular(0, 1, 10), LogNormal(20, 5))
    outcome = simulate(Model(cost_items=items, correlations=(together,)), runs=20_000, seed=11)
    assert outcome.cost.mean == pytest.approx(
        sum(i.amount.mean for i in items), abs=5 * outcome.cost.standard_error
    )


def test_full_correlation_of_one_shape_doubles_the_spread() -> None:
    items = priced(Triangular(0, 1, 10), Triangular(0, 1, 10))
    together = Correlation((A, B), matrix((1, 1), (1, 1)))
    outcome = simulate(Model(cost_items=items, correlations=(together,)), runs=20_000)
    assert outcome.cost.sd == pytest.approx(2 * items[0].amount.variance ** 0.5, rel=0.02)


def test_a_duration_can_go_with_a_cost_and_an_event() -> None:
    coefficients = matrix((1, 0.9, 0.6), (0.9, 1, 0.6), (0.6, 0.6, 1))
    variables = (Variable("duration", "task"), Variable("activity_cost", "task"), Variable("event", "storm"))
    model = Model(
        (Activity("task", Triangular(1, 2, 6), cost=Uniform(10, 20)),),
        events=(RiskEvent("storm", 0.3, cost=Constant(5)),),
        correlations=(Correlation(variables, coefficients),),
    )
    outcome = simulate(model, runs=20_000)
    assert np.corrcoef(outcome.finish.values, outcome.cost.values)[0, 1] > 0.8
    assert outcome.cost.mean == pytest.approx(16.5, abs=4 * outcome.cost.standard_error)


def test_what_is_certain_is_left_out_of_a_correlation() -> None:
    together = Correlation((A, B), matrix((1, 0.5), (0.5, 1)))
    outcome = simulate(
        Model(cost_items=priced(Constant(3), Uniform(0, 1)), correlations=(together,)), runs=2000
    )
    assert 3 <= outcome.cost.ordered[0] <= outcome.cost.ordered[-1] <= 4


def test_a_possible_matrix_whose_conversion_is_not_is_shrunk_and_says_so() -> None:
    sides = (0.7, 0.7, -0.019)
    coefficients = matrix((1, sides[0], sides[1]), (sides[0], 1, sides[2]), (sides[1], sides[2], 1))
    assert np.linalg.eigvalsh(np.array(coefficients)).min() > 0
    outcome = simulate(
        Model(cost_items=priced(*SHAPES), correlations=(Correlation((A, B, C), coefficients),)), runs=100
    )
    assert 0.97 < outcome.shrinkage < 1


def test_an_impossible_matrix_is_refused() -> None:
    coefficients = matrix((1, 0.9, -0.9), (0.9, 1, 0.9), (-0.9, 0.9, 1))
    with pytest.raises(Invalid, match="positive semi-definite") as refused:
        simulate(Model(cost_items=priced(*SHAPES), correlations=(Correlation((A, B, C), coefficients),)))
    assert refused.value.faults[0].pointer == "/correlations/0/matrix"


@settings(max_examples=60)
@given(st.integers(1, 6), st.integers(1, 6), st.integers(0, 2**32))
def test_the_factor_of_any_correlation_matrix_gives_it_back(size, rank, seed):
    roots = np.random.default_rng(seed).normal(size=(size, rank))
    roots /= np.linalg.norm(roots, axis=1)[:, np.newaxis]
    correlations = roots @ roots.T
    factor = factored(correlations)
    assert factor is not None
    assert factor @ factor.T == pytest.approx(correlations, abs=1e-8)


def test_discrete_values_keep_their_probabilities_when_correlated() -> None:
    items = priced(Discrete((0, 10), (0.8, 0.2)), Uniform(0, 1))
    together = Correlation((A, B), matrix((1, -0.5), (-0.5, 1)), "linear")
    outcome = simulate(Model(cost_items=items, correlations=(together,)), runs=20_000)
    assert outcome.cost.probability_within(5) == pytest.approx(0.8, abs=4 * 0.4 / 20_000**0.5)


def test_the_shrinkage_is_the_least_there_is_and_found_without_a_search(monkeypatch):
    """Ranks of three common causes: converted, no longer positive semi-definite."""
    factored_times = []

    def counted(matrix):
        factored_times.append(len(matrix))
        return factored(matrix)

    monkeypatch.setattr(correlation, "factored", counted)
    causes = np.random.default_rng(2).normal(size=(60, 3))
    causes /= np.linalg.norm(causes, axis=1)[:, np.newaxis]
    wanted = np.clip(causes @ causes.T, -1, 1)
    np.fill_diagonal(wanted, 1)
    variables = [Variable("cost_item", f"{k:02}") for k in range(60)]
    model = Model(
        cost_items=[CostItem(v.key, Uniform(0, 1)) for v in variables],
        correlations=[Correlation(variables, (wanted + wanted.T) / 2)],
    )
    result = copula(0, model, uncertain(model))
    assert len(factored_times) <= 5
    normal = 2 * np.sin(np.pi * wanted / 6)
    np.fill_diagonal(normal, 0)
    least = np.linalg.eigvalsh(normal)[0]
    assert 1 + result.shrinkage * least == pytest.approx(0, abs=2e-6 * abs(least))
    assert result.factor @ result.factor.T == pytest.approx(np.eye(60) + result.shrinkage * normal, abs=1e-7)


def test_of_equal_pivots_the_first_is_taken_and_what_falls_below_zero_is_no_correlation() -> None:
    alike = np.full((3, 3), 0.5) + 0.5 * np.eye(3)
    assert factored(alike)[0] == pytest.approx([1, 0, 0])
    assert factored(np.array([[1, 0.9, 0], [0.9, 1, 0.9], [0, 0.9, 1]])) is None

"""One seed, one answer: whatever the portions, the order of the model, or what else is in it."""

from dataclasses import replace

import pytest

from services.risk.engines.simulation import (
    Activity,
    Correlation,
    CostItem,
    LogNormal,
    Model,
    Normal,
    Pert,
    Triangular,
    Uniform,
    Variable,
    run,
    simulate,
)

ITEMS = (
    CostItem("a", Triangular(1, 2, 6)),
    CostItem("b", Pert(1, 2, 6)),
    CostItem("c", Normal(5, 1)),
    CostItem("d", LogNormal(5, 2)),
)
PAIR = Correlation((Variable("cost_item", "b"), Variable("cost_item", "d")), ((1.0, 0.7), (0.7, 1.0)))
MODEL = Model((Activity("A", Triangular(3, 4, 9), cost_per_day=2),), cost_items=ITEMS, correlations=(PAIR,))
PAIR_OF_B = Correlation((Variable("duration", "A"), Variable("cost_item", "b")), ((1.0, 0.4), (0.4, 1.0)))
PINNED = {"finish": 6.459673664351852, "cost": 29.54558753331084, "mean": 26.109722631146898}


def test_a_seed_gives_the_figures_it_has_always_given() -> None:
    """Written down once, digit by digit: a change here is a change of everybody's published percentiles."""
    outcome = simulate(MODEL, runs=1000, seed=42)
    assert outcome.finish is not None
    assert outcome.finish.percentile(0.8) == PINNED["finish"]
    assert outcome.cost.percentile(0.8) == PINNED["cost"]
    assert outcome.cost.mean == PINNED["mean"]


def test_the_same_seed_repeats_and_another_does_not() -> None:
    first, again, other = (simulate(MODEL, runs=300, seed=seed) for seed in (1, 1, 2))
    assert first.cost.values.tolist() == again.cost.values.tolist()
    assert first.drivers == again.drivers
    assert first.cost.values.tolist() != other.cost.values.tolist()


def test_the_size_of_the_portions_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = simulate(MODEL, runs=1000, seed=3)
    monkeypatch.setattr(run, "_NUMBERS_AT_ONCE", 600)
    portions = simulate(MODEL, runs=1000, seed=3)
    assert portions.finish is not None
    assert whole.finish is not None
    assert portions.finish.values.tolist() == whole.finish.values.tolist()
    assert portions.cost.values.tolist() == whole.cost.values.tolist()
    assert portions.activities == whole.activities
    assert [d.cost.correlation for d in portions.drivers] == pytest.approx(
        [d.cost.correlation for d in whole.drivers]
    )


def test_more_runs_begin_with_the_same_runs() -> None:
    few, many = (simulate(MODEL, runs=runs, seed=3).cost.values.tolist() for runs in (50, 500))
    assert many[:50] == few


def test_another_item_leaves_everybody_elses_draws_alone() -> None:
    certain_addition = replace(MODEL, cost_items=(CostItem("new", Uniform(0, 1)), *ITEMS))
    difference = simulate(certain_addition, runs=200).cost.values - simulate(MODEL, runs=200).cost.values
    assert difference.min() > 0
    assert difference.max() < 1


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 0, 1), (1, 2, 0), (2, 1, 0)])
def test_how_a_correlation_lists_its_variables_changes_no_figure(order: tuple[int, ...]) -> None:
    variables = tuple(Variable("cost_item", key) for key in ("a", "c", "d"))
    matrix = ((1.0, 0.5, 0.2), (0.5, 1.0, -0.3), (0.2, -0.3, 1.0))
    permuted = Correlation(
        tuple(variables[k] for k in order), tuple(tuple(matrix[k][j] for j in order) for k in order)
    )
    plain = simulate(replace(MODEL, correlations=(Correlation(variables, matrix), PAIR_OF_B)), runs=100)
    other = simulate(replace(MODEL, correlations=(PAIR_OF_B, permuted)), runs=100)
    assert other.cost.values.tolist() == plain.cost.values.tolist()
    assert other.drivers == plain.drivers

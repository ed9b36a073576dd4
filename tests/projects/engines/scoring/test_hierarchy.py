"""Hierarchies of judgements against published cases, and rank reversal shown."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.projects.engines.scoring.ahp import Matrix
from services.projects.engines.scoring.hierarchy import Criterion, Mode, synthesised
from services.projects.engines.scoring.reversals import (
    MOST_CANDIDATES,
    Reversal,
    hierarchy_reversals,
    rank_reversals,
    weighted_reversals,
)
from services.projects.engines.scoring.weighted import Candidate, Normalisation
from services.projects.engines.scoring.weighted import Criterion as Weighted
from shared.base.errors import Invalid


def reciprocal(*upper: list[object]) -> Matrix:
    size = len(upper) + 1
    matrix = [[Fraction(1)] * size for _ in range(size)]
    for i, row in enumerate(upper):
        for j, value in enumerate(row, start=i + 1):
            matrix[i][j] = Fraction(str(value))
            matrix[j][i] = 1 / matrix[i][j]
    return matrix


def consistent(*weights: int) -> Matrix:
    return [[Fraction(a, b) for b in weights] for a in weights]


LEADER = Criterion(
    "goal",
    reciprocal([4, 3, 7], ["1/3", 3], [5]),
    (
        Criterion("experience", reciprocal(["1/4", 4], [9])),
        Criterion("education", reciprocal([3, "1/5"], ["1/7"])),
        Criterion("charisma", reciprocal([5, 9], [4])),
        Criterion("age", reciprocal(["1/3", 5], [9])),
    ),
)
BELTON_GEAR = Criterion(
    "goal",
    consistent(1, 1, 1),
    (
        Criterion("first", consistent(1, 9, 1, 9)),
        Criterion("second", consistent(9, 1, 1, 1)),
        Criterion("third", consistent(8, 9, 1, 9)),
    ),
)


def test_a_mode_may_be_named_by_its_word_and_an_unknown_one_is_refused() -> None:
    names = ["A", "B", "C", "D"]
    assert synthesised(BELTON_GEAR, names, "ideal") == synthesised(BELTON_GEAR, names, Mode.IDEAL)  # type: ignore[arg-type] # a text of JSON
    assert synthesised(BELTON_GEAR, names, "ideal") != synthesised(BELTON_GEAR, names)  # type: ignore[arg-type] # the same
    with pytest.raises(Invalid, match="'perfect' is none of distributive, ideal"):
        synthesised(BELTON_GEAR, names, "perfect")  # type: ignore[arg-type] # wrong on purpose


def test_the_choice_of_a_leader() -> None:
    got = synthesised(LEADER, ["Tom", "Dick", "Harry"])
    scores = {p.code: round(p.score or 0, 3) for p in got.ranking.places}
    assert scores == {"Dick": Decimal("0.493"), "Tom": Decimal("0.358"), "Harry": Decimal("0.149")}
    assert got.acceptable
    assert [branch.code for branch in got.branches] == ["goal", "experience", "education", "charisma", "age"]
    assert round(got.branches[1].global_weight, 3) == Decimal("0.548")


def test_a_copy_of_an_alternative_reverses_the_order_and_is_shown() -> None:
    reversals = hierarchy_reversals(BELTON_GEAR, ["A", "B", "C", "D"])
    assert Reversal("D", "A", "B") in reversals
    assert Reversal("B", "A", "D") in reversals
    assert synthesised(BELTON_GEAR, ["A", "B", "C", "D"]).ranking.ranks == {"A": 1, "B": 2, "D": 2, "C": 4}


def test_the_ideal_mode_is_not_moved_by_a_copy() -> None:
    got = synthesised(BELTON_GEAR, ["A", "B", "C", "D"], Mode.IDEAL)
    assert got.ranking.ranks == {"B": 1, "D": 1, "A": 3, "C": 4}
    assert hierarchy_reversals(BELTON_GEAR, ["A", "B", "C", "D"], Mode.IDEAL) == []


def test_an_inconsistent_branch_makes_the_whole_unacceptable() -> None:
    circular = Criterion("goal", reciprocal([9, "1/9"], [9]))
    assert not synthesised(circular, ["a", "b", "c"]).acceptable


def test_criteria_may_have_criteria() -> None:
    nested = Criterion("goal", consistent(3, 1), (
        Criterion("cost", consistent(1, 1), (
            Criterion("price", consistent(2, 1)),
            Criterion("running", consistent(1, 3)),
        )),
        Criterion("style", consistent(1, 1)),
    ))  # fmt: skip
    got = synthesised(nested, ["a", "b"])
    scores = {p.code: p.score for p in got.ranking.places}
    assert float(scores["a"] or 0) == pytest.approx(0.375 * 2 / 3 + 0.375 / 4 + 0.25 / 2)


def test_a_broken_matrix_is_refused_at_its_place_in_the_hierarchy() -> None:
    broken = Criterion("goal", consistent(1, 1), (
        Criterion("fine", consistent(1, 2)),
        Criterion("broken", [[1, 2], [2, 1]]),
    ))  # fmt: skip
    with pytest.raises(Invalid) as refusal:
        synthesised(broken, ["a", "b"])
    assert refusal.value.faults[0].pointer == "/subcriteria/1/judgements/1/0"


def test_a_hierarchy_without_an_end_is_refused() -> None:
    deep = Criterion("leaf", [[1]])
    for level in range(20):
        deep = Criterion(str(level), [[1]], (deep,))
    with pytest.raises(Invalid, match="levels"):
        synthesised(deep, ["a"])


def test_scores_by_range_can_reverse_and_it_is_shown() -> None:
    criteria = [Weighted("value", 1), Weighted("speed", 1)]
    three = [
        Candidate("a", {"value": 10, "speed": 4}),
        Candidate("b", {"value": 6, "speed": 9}),
        Candidate("c", {"value": 0, "speed": 8}),
    ]
    shown = weighted_reversals(three, criteria, normalisation=Normalisation.RANGE)
    assert shown == []
    widened = [*three, Candidate("d", {"value": 5, "speed": 100})]
    assert Reversal("d", "a", "b") in weighted_reversals(widened, criteria, normalisation=Normalisation.RANGE)


def test_too_many_candidates_are_refused() -> None:
    codes = [str(i) for i in range(MOST_CANDIDATES + 1)]
    with pytest.raises(Invalid, match="candidates"):
        rank_reversals(codes, lambda _: {})


rows = st.lists(st.tuples(st.integers(0, 10), st.integers(0, 10)), min_size=1, max_size=8)


@given(rows)
def test_raw_scores_know_no_reversal(drawn: list[tuple[int, int]]) -> None:
    candidates = [Candidate(str(i), {"x": x, "y": y}) for i, (x, y) in enumerate(drawn)]
    assert weighted_reversals(candidates, [Weighted("x", 2), Weighted("y", 3)]) == []


@given(
    st.lists(st.integers(1, 9), min_size=2, max_size=5), st.lists(st.integers(1, 9), min_size=2, max_size=2)
)
def test_the_scores_of_the_alternatives_sum_to_one(weights: list[int], between: list[int]) -> None:
    codes = [str(i) for i in range(len(weights))]
    goal = Criterion(
        "goal",
        consistent(*between),
        (Criterion("x", consistent(*weights)), Criterion("y", consistent(*reversed(weights)))),
    )
    for mode in Mode:
        total = sum(float(p.score or 0) for p in synthesised(goal, codes, mode).ranking.places)
        assert total == pytest.approx(1)

"""AHP against published matrices, and what holds for any judgements."""

from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.projects.engines.scoring.ahp import Doubt, Matrix, priorities
from services.projects.engines.scoring.random_index import INDICES, IndexTable
from shared.base.errors import Invalid


def reciprocal(items: str, *upper: list[object]) -> Matrix:
    """The full matrix from its upper triangle, row by row."""
    size = len(items)
    matrix = [[Fraction(1)] * size for _ in range(size)]
    for i, row in enumerate(upper):
        for j, value in enumerate(row, start=i + 1):
            matrix[i][j] = Fraction(str(value))
            matrix[j][i] = 1 / matrix[i][j]
    return matrix


DRINKS = ["coffee", "wine", "tea", "beer", "soda", "milk", "water"]
CONSUMPTION = reciprocal(
    "cwtbsmW",
    [9, 5, 2, 1, 1, "1/2"],
    ["1/3", "1/9", "1/9", "1/9", "1/9"],
    ["1/3", "1/4", "1/3", "1/9"],
    ["1/2", 1, "1/3"],
    [2, "1/2"],
    ["1/3"],
)


def places(value: Decimal | None, count: int) -> float:
    assert value is not None
    return float(round(value, count))


def test_the_drinks_that_are_consumed() -> None:
    got = priorities(DRINKS, CONSUMPTION)
    expected = [0.177, 0.019, 0.042, 0.116, 0.190, 0.129, 0.327]
    assert [places(weight, 3) for weight in got.weights.values()] == expected
    assert places(got.consistency_ratio, 3) == 0.022
    assert (got.table, got.random_index, got.acceptable) == (IndexTable.SAATY_2005, Decimal("1.35"), True)


def test_each_table_gives_its_own_ratio_and_is_named() -> None:
    ratios = {}
    for table in IndexTable:
        got = priorities(DRINKS, CONSUMPTION, table)
        assert got.random_index == Decimal(str(INDICES[table][7]))
        assert got.consistency_ratio is not None
        ratios[got.table] = float(got.consistency_ratio) * INDICES[table][7]
    assert max(ratios.values()) == pytest.approx(min(ratios.values()), abs=1e-9)


@pytest.mark.parametrize(
    ("upper", "weights", "ratio"),
    [
        (([4, 3, 7], ["1/3", 3], [5]), [0.548, 0.127, 0.270, 0.056], 0.044),
        ((["1/4", 4], [9]), [0.217, 0.717, 0.066], 0.035),
        (([3, "1/5"], ["1/7"]), [0.188, 0.081, 0.731], 0.062),
    ],
)
def test_the_matrices_of_the_choice_of_a_leader(
    upper: tuple[list[object], ...], weights: list[float], ratio: float
) -> None:
    items = "abcd"[: len(upper) + 1]
    got = priorities(items, reciprocal(items, *upper))
    assert [places(weight, 3) for weight in got.weights.values()] == weights
    assert places(got.consistency_ratio, 3) == ratio


def test_a_matrix_judged_by_another_table() -> None:
    matrix = reciprocal("abcd", [1, 5, 2], [3, 4], ["3/4"])
    got = priorities("abcd", matrix, IndexTable.DONEGAN_DODD)
    assert [places(weight, 4) for weight in got.weights.values()] == [0.3742, 0.3917, 0.0991, 0.1349]
    assert places(got.consistency_ratio, 4) == 0.0372


def test_one_item_has_all_the_weight_and_two_are_always_consistent() -> None:
    assert priorities(["only"], [[1]]).weights == {"only": 1}
    pair = priorities("ab", [[1, 3], [Fraction(1, 3), 1]])
    assert pair.weights == {"a": Decimal("0.75"), "b": Decimal("0.25")}
    assert (pair.consistency_ratio, pair.acceptable, pair.doubt) == (0, True, None)


def test_going_round_in_circles_is_not_acceptable_and_the_doubt_is_named() -> None:
    got = priorities("abc", reciprocal("abc", [3, "1/3"], [3]))
    assert got.acceptable is False
    assert got.consistency_ratio is not None
    assert got.consistency_ratio > 1
    assert got.doubt is not None
    assert got.doubt.judged == 3
    assert places(got.doubt.implied, 9) == 1


def test_the_doubt_is_the_judgement_that_agrees_least() -> None:
    got = priorities("abcd", reciprocal("abcd", [2, 4, 9], [2, 4], ["1/2"]))
    assert isinstance(got.doubt, Doubt)
    assert {got.doubt.of, got.doubt.over} == {"c", "d"}


def test_judgements_written_short_still_answer_each_other() -> None:
    got = priorities("abc", [[1, 9, 3], [0.11, 1, 0.33], [0.33, 3, 1]])
    assert places(got.weights["a"], 2) == 0.69


def test_beyond_the_table_there_are_weights_but_no_ratio() -> None:
    items = [str(i) for i in range(16)]
    got = priorities(items, [[1] * 16 for _ in items])
    assert got.weights["0"] == Decimal("0.0625")
    assert (got.consistency_ratio, got.acceptable) == (None, None)
    assert got.reason == "saaty_2005 has no index for 16 items"
    assert priorities(items, [[1] * 16 for _ in items], IndexTable.DONEGAN_DODD).consistency_ratio == 0


@pytest.mark.parametrize(
    ("items", "matrix", "code"),
    [
        ("", [], "size_out_of_range"),
        ("a" * 51, [], "size_out_of_range"),
        ("aa", [[1, 1], [1, 1]], "duplicate_code"),
        ("ab", [[1, 1]], "not_square"),
        ("ab", [[1, 1], [1]], "not_square"),
        ("ab", [1, 1], "not_square"),
        ("ab", None, "not_square"),
        ("ab", [[1, "1/3"], [3, 1]], "not_a_number"),
        ("ab", [[1, 3], [3, 1]], "not_reciprocal"),
        ("ab", [[1, 0], [1, 1]], "judgement_out_of_range"),
        ("ab", [[1, -3], [-1, 1]], "judgement_out_of_range"),
        ("ab", [[1, 1001], [1, 1]], "judgement_out_of_range"),
        ("ab", [[2, 1], [1, 1]], "diagonal_not_one"),
        ("ab", [[1, float("nan")], [1, 1]], "not_a_number"),
    ],
)
def test_what_is_no_matrix_of_judgements_is_refused(items: str, matrix: Matrix, code: str) -> None:
    with pytest.raises(Invalid) as refusal:
        priorities(items, matrix)
    assert refusal.value.code == code


def test_a_table_may_be_named_by_its_word_and_an_unknown_one_is_refused() -> None:
    assert priorities("abc", consistent_three(), "saaty_1980").table is IndexTable.SAATY_1980
    with pytest.raises(Invalid, match="'saaty' is none of saaty_2005, saaty_1980"):
        priorities("abc", consistent_three(), "saaty")


def test_a_matrix_may_be_an_array() -> None:
    for kind in (np.float64, np.float32, np.int64):
        matrix = np.array([[1, 1], [1, 1]], dtype=kind)
        assert list(priorities("ab", matrix).weights.values()) == [Decimal("0.5")] * 2


def consistent_three() -> Matrix:
    return reciprocal("abc", [2, 4], [2])


sizes = st.integers(3, 15)
scale = st.sampled_from([Fraction(n) for n in range(1, 10)] + [Fraction(1, n) for n in range(2, 10)])


@st.composite
def judgements(draw: st.DrawFn) -> Matrix:
    size = draw(sizes)
    rows = [[draw(scale) for _ in range(size - i - 1)] for i in range(size - 1)]
    return reciprocal("x" * size, *rows)


@given(st.lists(st.integers(1, 9), min_size=3, max_size=15))
def test_a_consistent_matrix_gives_back_its_weights_with_a_ratio_of_zero(weights: list[int]) -> None:
    items = [str(i) for i in range(len(weights))]
    got = priorities(items, [[Fraction(a, b) for b in weights] for a in weights])
    assert got.consistency_ratio == 0
    assert got.doubt is None
    for weight, computed in zip(weights, got.weights.values(), strict=True):
        assert float(computed) == pytest.approx(weight / sum(weights))


@given(judgements())
def test_an_independent_solver_finds_the_same_eigenvector(matrix: Matrix) -> None:
    items = [str(i) for i in range(len(matrix))]
    got = priorities(items, matrix)
    values, vectors = np.linalg.eig(np.array(matrix, dtype=float))
    principal = np.argmax(values.real)
    vector = vectors[:, principal].real
    assert float(got.lambda_max) == pytest.approx(values[principal].real, abs=1e-9)
    assert [float(w) for w in got.weights.values()] == pytest.approx(list(vector / vector.sum()), abs=1e-9)
    assert got.lambda_max >= len(matrix)


@given(judgements(), st.randoms())
def test_the_order_of_the_items_does_not_matter(matrix: Matrix, random: object) -> None:
    size = len(matrix)
    order = list(range(size))
    random.shuffle(order)  # type: ignore[attr-defined]
    straight = priorities([str(i) for i in range(size)], matrix)
    shuffled = priorities([str(i) for i in order], [[matrix[i][j] for j in order] for i in order])
    for item, weight in straight.weights.items():
        assert float(shuffled.weights[item]) == pytest.approx(float(weight), abs=1e-10)

"""Weighted scoring: the published sum, missing scores, lower-is-better, and what weights may do."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.projects.engines.scoring.weighted import Candidate, Criterion, Normalisation, Scale, weighted
from shared.base.errors import Invalid

CRITERIA = [Criterion("Safety", 3), Criterion("Profit", 2), Criterion("Cost", 1)]


def candidate(code: str, *scores: float) -> Candidate:
    return Candidate(code, dict(zip(("Safety", "Profit", "Cost"), scores, strict=False)))


FOUR = [
    candidate("Alpha", 2, 1, 3),
    candidate("Beta", 3, 2, 2),
    candidate("Gamma", 2, 3, 3),
    candidate("Delta", 3, 1, 1),
]


def test_the_four_projects_and_their_tie() -> None:
    got = weighted(FOUR, CRITERIA)
    assert {p.code: p.score for p in got.ranking.places} == {
        "Alpha": 11,
        "Beta": 15,
        "Gamma": 15,
        "Delta": 12,
    }
    assert got.ranking.ranks == {"Beta": 1, "Gamma": 1, "Delta": 3, "Alpha": 4}
    assert got.ranking.places[0].tie == ("Beta", "Gamma")
    assert got.contributions["Beta"] == {"Safety": 9, "Profit": 4, "Cost": 2}


def test_a_missing_score_leaves_the_candidate_unranked() -> None:
    got = weighted([*FOUR, candidate("Epsilon", 3)], CRITERIA)
    assert got.ranking.places[-1].reason == "no score for Profit, Cost"
    assert "Epsilon" not in got.contributions


def test_where_lower_is_better_a_raw_score_counts_from_the_other_end_of_the_scale() -> None:
    criteria = [Criterion("Cost", 2, lower_is_better=True)]
    got = weighted([Candidate("a", {"Cost": 1}), Candidate("b", {"Cost": 4})], criteria, Scale(1, 5))
    assert {p.code: p.score for p in got.ranking.places} == {"a": 10, "b": 4}


def test_where_lower_is_better_without_a_scale_is_refused() -> None:
    with pytest.raises(Invalid, match="needs a scale"):
        weighted(FOUR, [*CRITERIA[:2], Criterion("Cost", 1, lower_is_better=True)])


def test_by_range_unlike_units_become_comparable() -> None:
    criteria = [Criterion("Value", 1), Criterion("Cost", 1, lower_is_better=True)]
    three = [
        Candidate("a", {"Value": 100, "Cost": 5_000}),
        Candidate("b", {"Value": 300, "Cost": 9_000}),
        Candidate("c", {"Value": 200, "Cost": 1_000}),
    ]
    got = weighted(three, criteria, normalisation=Normalisation.RANGE)
    assert {p.code: p.score for p in got.ranking.places} == {"c": Decimal("1.5"), "b": 1, "a": Decimal("0.5")}


def test_a_criterion_on_which_all_are_equal_decides_nothing_by_range() -> None:
    got = weighted(FOUR[:1], CRITERIA, normalisation=Normalisation.RANGE)
    assert got.ranking.places[0].score == 0


def test_no_candidates_are_an_empty_ranking() -> None:
    assert weighted([], CRITERIA).ranking.places == ()
    assert weighted([], CRITERIA, normalisation=Normalisation.RANGE).ranking.places == ()


@pytest.mark.parametrize(
    ("candidates", "criteria", "scale", "code"),
    [
        (FOUR, [Criterion("Safety", -1)], None, "negative_weight"),
        (FOUR, [Criterion("Safety", 0)], None, "no_weight"),
        (FOUR, [], None, "no_weight"),
        (FOUR, [Criterion("Safety", float("nan"))], None, "not_a_number"),
        (FOUR, [*CRITERIA, CRITERIA[0]], None, "duplicate_code"),
        ([FOUR[0], FOUR[0]], CRITERIA, None, "duplicate_code"),
        ([Candidate("x", {"Fun": 1})], CRITERIA, None, "unknown_criterion"),
        ([candidate("x", float("inf"), 1, 1)], CRITERIA, None, "not_a_number"),
        (FOUR, CRITERIA, Scale(1, 2), "score_off_scale"),
        (FOUR, CRITERIA, Scale(5, 1), "empty_scale"),
    ],
)
def test_an_impossible_model_or_score_is_refused(
    candidates: list[Candidate], criteria: list[Criterion], scale: Scale | None, code: str
) -> None:
    with pytest.raises(Invalid) as refusal:
        weighted(candidates, criteria, scale)
    assert refusal.value.code == code


def test_scores_by_range_may_be_asked_for_by_their_word_and_an_unknown_one_is_refused() -> None:
    assert weighted(FOUR, CRITERIA, None, "raw") == weighted(FOUR, CRITERIA)
    assert weighted(FOUR, CRITERIA, None, "range") == weighted(
        FOUR, CRITERIA, normalisation=Normalisation.RANGE
    )
    with pytest.raises(Invalid, match="'percent' is none of raw, range"):
        weighted(FOUR, CRITERIA, None, "percent")


def test_a_score_that_nobody_gave_leaves_the_candidate_unranked() -> None:
    got = weighted([*FOUR, candidate("Omega", None, 1, 1)], CRITERIA)
    assert got.ranking.places[-1].rank is None
    assert got.ranking.places[-1].reason == "no score for Safety"


def test_more_scores_than_are_computed_exactly_are_refused() -> None:
    with pytest.raises(Invalid) as refusal:
        weighted([FOUR[0]] * 1_000_000, CRITERIA)
    assert refusal.value.code == "too_many_candidates"


tables = st.lists(st.tuples(*[st.integers(0, 10)] * 3), min_size=1, max_size=12)
some_weights = st.tuples(*[st.integers(1, 9)] * 3)


@given(tables, some_weights, st.integers(1, 1000), st.sampled_from(Normalisation))
def test_only_the_proportions_of_the_weights_bear_on_the_ranking(
    rows: list[tuple[int, ...]], weights: tuple[int, ...], factor: int, normalisation: Normalisation
) -> None:
    candidates = [candidate(str(i), *row) for i, row in enumerate(rows)]

    def ranks(scale: Decimal) -> dict[str, int]:
        criteria = [Criterion(c.code, w * scale) for c, w in zip(CRITERIA, weights, strict=True)]
        return weighted(candidates, criteria, normalisation=normalisation).ranking.ranks

    assert ranks(Decimal(1)) == ranks(Decimal(factor)) == ranks(Decimal("0.01"))


@given(tables, some_weights)
def test_a_score_is_the_sum_of_its_contributions(
    rows: list[tuple[int, ...]], weights: tuple[int, ...]
) -> None:
    criteria = [Criterion(c.code, w) for c, w in zip(CRITERIA, weights, strict=True)]
    got = weighted([candidate(str(i), *row) for i, row in enumerate(rows)], criteria)
    for place in got.ranking.places:
        assert place.score == sum(got.contributions[place.code].values())
        assert place.score == sum(w * s for w, s in zip(weights, rows[int(place.code)], strict=True))

"""Ranks from scores: ties are shared, and what has no score has no rank."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from services.projects.engines.scoring.ranking import Unscored, ranked

scores = st.dictionaries(st.text(min_size=1, max_size=4), st.integers(-5, 5).map(Fraction), max_size=20)


def test_equal_scores_share_a_rank_and_the_next_rank_is_skipped() -> None:
    got = ranked({"a": Fraction(11), "b": Fraction(15), "c": Fraction(15), "d": Fraction(12)})
    assert [(p.code, p.rank, p.tie) for p in got.places] == [
        ("b", 1, ("b", "c")),
        ("c", 1, ("b", "c")),
        ("d", 3, ()),
        ("a", 4, ()),
    ]


def test_what_has_no_score_comes_last_with_its_reason() -> None:
    got = ranked({"a": Unscored("no size"), "b": Fraction(0)})
    assert got.ranks == {"b": 1}
    assert (got.places[1].score, got.places[1].reason) == (None, "no size")


def test_scores_within_the_tolerance_are_tied() -> None:
    close = {"a": Fraction(1), "b": Fraction(1001, 1000), "c": Fraction(2)}
    assert ranked(close, Fraction(1, 100)).ranks == {"c": 1, "b": 2, "a": 2}


def test_nothing_to_rank_is_an_empty_ranking() -> None:
    assert ranked({}).places == ()


@given(scores)
def test_a_rank_is_one_more_than_the_number_of_better_scores(given_scores: dict[str, Fraction]) -> None:
    for place in ranked(given_scores).places:
        better = sum(other > given_scores[place.code] for other in given_scores.values())
        assert place.rank == better + 1


@given(scores)
def test_a_tie_names_exactly_the_candidates_of_equal_score(given_scores: dict[str, Fraction]) -> None:
    for place in ranked(given_scores).places:
        equal = {c for c, score in given_scores.items() if score == given_scores[place.code]}
        assert set(place.tie) == (equal if len(equal) > 1 else set())

"""By how much one weight must change until two neighbours change places, computed by hand."""

from fractions import Fraction

from services.projects.engines.scoring.stability import swaps

WEIGHTS = {"Safety": Fraction(3), "Profit": Fraction(2), "Cost": Fraction(1)}
VALUES = {
    name: dict(zip(WEIGHTS, map(Fraction, row), strict=True))
    for name, row in {"Alpha": (2, 1, 3), "Beta": (3, 2, 2), "Gamma": (2, 3, 3), "Delta": (3, 1, 1)}.items()
}
"""Alpha 11, Beta 15, Gamma 15, Delta 12."""


def test_the_most_critical_weight_of_each_pair_of_neighbours_is_found() -> None:
    """Delta leads Alpha by 1. Under safety it has 1 more: the weight falls by 1 / 1, from 3 to 2. Under cost it has 2 less:
    the weight rises by 1 / 2, which is half of it. Gamma leads Delta by 3. Under safety it has 1 less: from 3 to 6, which doubles
    it. Under profit it has 2 more: from 2 to 1/2, by three quarters. What sets Beta apart from Delta would need a weight below
    zero."""
    assert [(c.ahead, c.behind, c.criterion, c.turns_at, c.share) for c in swaps(VALUES, WEIGHTS)] == [
        ("Delta", "Alpha", "Safety", 2, Fraction(-1, 3)),
        ("Gamma", "Delta", "Profit", Fraction(1, 2), Fraction(-3, 4)),
    ]


def test_at_the_weight_that_is_told_the_two_are_level() -> None:
    for change in swaps(VALUES, WEIGHTS):
        weights = WEIGHTS | {change.criterion: change.turns_at}
        sums = [
            sum(weights[name] * value for name, value in VALUES[who].items())
            for who in (change.ahead, change.behind)
        ]
        assert sums[0] == sums[1]


def test_who_is_level_changes_places_with_nobody() -> None:
    same = {"Beta": VALUES["Beta"], "Gamma": VALUES["Gamma"]}
    assert swaps(same, WEIGHTS) == []


def test_who_is_better_by_every_criterion_stays_ahead() -> None:
    values = {"Best": {"A": Fraction(5), "B": Fraction(5)}, "Worst": {"A": Fraction(1), "B": Fraction(1)}}
    assert swaps(values, {"A": Fraction(1), "B": Fraction(1)}) == []

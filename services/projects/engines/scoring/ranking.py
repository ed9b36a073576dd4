"""From scores to ranks: the highest score is first, equal scores share a rank, no score has no rank."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from shared.base.exact import decimal, refused
from shared.base.texts import Text

MOST_SCORES = 200_000  # exact fractions: some three seconds


@dataclass(frozen=True, slots=True)
class Unscored:
    """Why a candidate has no score."""

    reason: str


@dataclass(frozen=True, slots=True)
class Place:
    """A candidate's score and rank; `tie` names all candidates of its rank where there are several.

    Where something is missing for the score, both are None and `reason` says what.
    """

    code: str
    score: Decimal | None
    rank: int | None
    tie: tuple[str, ...] = ()
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Ranking:
    """Places from the first to the last, then the candidates without a score."""

    places: tuple[Place, ...]

    @property
    def ranks(self) -> dict[str, int]:
        return {place.code: place.rank for place in self.places if place.rank is not None}


def refuse_excess(candidates: int, criteria: int, pointer: str) -> None:
    """Raises `Invalid` for more scores than are ranked while a caller waits."""
    if candidates * criteria > MOST_SCORES:
        detail = Text(
            "{candidates} candidates by {criteria} criteria are more than {most_scores} scores",
            candidates=candidates,
            criteria=criteria,
            most_scores=MOST_SCORES,
        )
        raise refused("too_many_candidates", detail, pointer)


def ranked(scores: Mapping[str, Fraction | Unscored], tolerance: Fraction = Fraction(0)) -> Ranking:
    """The candidates by falling score, in standard competition ranks (1, 2, 2, 4).

    Candidates whose scores differ by no more than `tolerance` from the best of their rank are tied; equal
    scores keep the order given.
    """
    scored = {code: score for code, score in scores.items() if isinstance(score, Fraction)}
    places: list[Place] = []
    for tied in _ties(scored, tolerance):
        tie = tuple(tied) if len(tied) > 1 else ()
        rank = len(places) + 1
        places += [Place(code, decimal(scored[code]), rank, tie) for code in tied]
    unscored = [
        Place(code, None, None, reason=score.reason)
        for code, score in scores.items()
        if isinstance(score, Unscored)
    ]
    return Ranking((*places, *unscored))


def _ties(scored: Mapping[str, Fraction], tolerance: Fraction) -> list[list[str]]:
    ties: list[list[str]] = []
    for code in sorted(scored, key=lambda code: -scored[code]):
        if ties and scored[ties[-1][0]] - scored[code] <= tolerance:
            ties[-1].append(code)
        else:
            ties.append([code])
    return ties

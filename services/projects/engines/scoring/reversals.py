"""Rank reversal: two candidates whose order changes when a third is left out; the entry is `rank_reversals`.

Methods that score candidates against each other (AHP in the distributive mode, weighted scoring by range) can
do this. A director should see it before a ranking decides anything.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from services.projects.engines.scoring.hierarchy import Criterion, Mode, synthesised, without
from services.projects.engines.scoring.weighted import Candidate, Normalisation, Scale, weighted
from services.projects.engines.scoring.weighted import Criterion as WeightedCriterion
from shared.base.exact import refused
from shared.base.texts import Text
from shared.base.typed import refuse_mistyped

MOST_CANDIDATES = 100


@dataclass(frozen=True, slots=True)
class Reversal:
    """`ahead` ranks before `behind`, until `left_out` is left out: then it is the other way round."""

    left_out: str
    ahead: str
    behind: str


def rank_reversals(
    codes: Sequence[str], ranks_without: Callable[[str | None], Mapping[str, int]]
) -> list[Reversal]:
    """Every reversal that leaving out one candidate brings about; becoming or ceasing to be a tie is none.

    `ranks_without` gives the ranks by code without one candidate, or with all for None. More than 100
    candidates are refused.
    """
    if len(codes) > MOST_CANDIDATES:
        raise refused(
            "too_many_candidates",
            Text(
                "{count} candidates, {most_candidates} at most",
                count=len(codes),
                most_candidates=MOST_CANDIDATES,
            ),
            "/candidates",
        )
    full = ranks_without(None)
    return [
        Reversal(left_out, *sorted(pair, key=lambda code: full[code]))
        for left_out in codes
        for ranks in [ranks_without(left_out)]
        for pair in combinations([code for code in codes if code in ranks and code in full], 2)
        if (full[pair[0]] - full[pair[1]]) * (ranks[pair[0]] - ranks[pair[1]]) < 0
    ]


def hierarchy_reversals(
    goal: Criterion, alternatives: Sequence[str], mode: Mode = Mode.DISTRIBUTIVE
) -> list[Reversal]:
    """The reversals of an AHP ranking."""
    refuse_mistyped(alternatives, Sequence[str], "/alternatives")

    def ranks_without(code: str | None) -> Mapping[str, int]:
        if code is None:
            return synthesised(goal, alternatives, mode).ranking.ranks
        rest = [alternative for alternative in alternatives if alternative != code]
        return synthesised(without(goal, alternatives.index(code)), rest, mode).ranking.ranks if rest else {}

    return rank_reversals(alternatives, ranks_without)


def weighted_reversals(
    candidates: Sequence[Candidate],
    criteria: Sequence[WeightedCriterion],
    scale: Scale | None = None,
    normalisation: Normalisation = Normalisation.RAW,
) -> list[Reversal]:
    """The reversals of a weighted ranking; raw scores know none."""
    refuse_mistyped(candidates, Sequence[Candidate], "/candidates")

    def ranks_without(code: str | None) -> Mapping[str, int]:
        rest = [candidate for candidate in candidates if candidate.code != code]
        return weighted(rest, criteria, scale, normalisation).ranking.ranks

    return rank_reversals([candidate.code for candidate in candidates], ranks_without)

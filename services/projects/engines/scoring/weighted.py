"""Weighted scoring: each criterion's score times its weight, summed; the entry is `weighted`.

Only the proportions of the weights bear on the ranking. Scores count as they are (`RAW`), or as their place
between the lowest and the highest among the candidates (`RANGE`, 0 to 1). `RANGE` makes unlike units comparable.
In return, the field of candidates bears on the order of two of them: see `reversals`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import TypeAlias

from services.projects.engines.scoring.options import option
from services.projects.engines.scoring.ranking import Ranking, Unscored, ranked, refuse_excess
from shared.base.exact import Number, decimal, exact, refused
from shared.base.texts import Text
from shared.base.typed import refuse_mistyped


class Normalisation(StrEnum):
    """What a score is before it is weighted."""

    RAW = "raw"
    RANGE = "range"


@dataclass(frozen=True, slots=True)
class Criterion:
    """A criterion with its weight (zero or more)."""

    code: str
    weight: Number
    lower_is_better: bool = False


@dataclass(frozen=True, slots=True)
class Candidate:
    """What is scored: a score per criterion code; one that is missing or None leaves the candidate unranked."""

    code: str
    scores: Mapping[str, Number | None]


@dataclass(frozen=True, slots=True)
class Scale:
    """The lowest and highest score there is."""

    lowest: Number
    highest: Number


@dataclass(frozen=True, slots=True)
class WeightedRanking:
    """The ranking, and how much each criterion adds to each ranked candidate's score."""

    ranking: Ranking
    contributions: dict[str, dict[str, Decimal]]


_Scores: TypeAlias = dict[str, Fraction]


def weighted(
    candidates: Sequence[Candidate],
    criteria: Sequence[Criterion],
    scale: Scale | None = None,
    normalisation: Normalisation = Normalisation.RAW,
) -> WeightedRanking:
    """Candidates by their weighted sum.

    On a `scale`, a raw score where lower is better counts from the other end (lowest + highest - score);
    without one it cannot. Raises `Invalid` for codes used twice, and for weights below zero or all zero. The same
    holds for scores off the scale or for no criterion. A raw criterion where lower is better needs a scale.
    """
    refuse_mistyped(candidates, Sequence[Candidate], "/candidates")
    refuse_mistyped(criteria, Sequence[Criterion], "/criteria")
    refuse_mistyped(scale, Scale | None, "/scale")
    refuse_excess(len(candidates), len(criteria), "/candidates")
    normalisation = option(Normalisation, normalisation, "/normalisation")
    weights = _weights(criteria)
    limits = _limits(scale)
    if normalisation is Normalisation.RAW and limits is None:
        _refuse_lower_is_better(criteria)
    complete, lacking = _read(candidates, criteria, limits)
    normal = _raw if normalisation is Normalisation.RAW else _ranged
    parts: dict[str, _Scores] = {code: {} for code in complete}
    for criterion in criteria:
        column = {code: scores[criterion.code] for code, scores in complete.items()}
        for code, score in normal(column, criterion.lower_is_better, limits).items():
            parts[code][criterion.code] = weights[criterion.code] * score
    sums = {code: sum(part.values(), Fraction(0)) for code, part in parts.items()}
    scores = {c.code: sums[c.code] if c.code in sums else lacking[c.code] for c in candidates}
    contributions = {
        code: {name: decimal(value) for name, value in part.items()} for code, part in parts.items()
    }
    return WeightedRanking(ranked(scores), contributions)


def _weights(criteria: Sequence[Criterion]) -> _Scores:
    weights: _Scores = {}
    for i, criterion in enumerate(criteria):
        weight = exact(criterion.weight, f"/criteria/{i}/weight")
        if weight < 0:
            raise refused(
                "negative_weight",
                Text("{weight} is below zero", weight=criterion.weight),
                f"/criteria/{i}/weight",
            )
        if criterion.code in weights:
            raise refused(
                "duplicate_code", Text("{code} appears twice", code=criterion.code), f"/criteria/{i}/code"
            )
        weights[criterion.code] = weight
    if not any(weights.values()):
        raise refused("no_weight", "the criteria carry no weight", "/criteria")
    return weights


def _limits(scale: Scale | None) -> tuple[Fraction, Fraction] | None:
    if scale is None:
        return None
    low, high = exact(scale.lowest, "/scale/lowest"), exact(scale.highest, "/scale/highest")
    if low >= high:
        raise refused(
            "empty_scale",
            Text("{lowest} is not below {highest}", lowest=scale.lowest, highest=scale.highest),
            "/scale",
        )
    return low, high


def _refuse_lower_is_better(criteria: Sequence[Criterion]) -> None:
    for i, criterion in enumerate(criteria):
        if criterion.lower_is_better:
            detail = Text(
                "{code}: that lower is better needs a scale, or scores by range", code=criterion.code
            )
            raise refused("scale_needed", detail, f"/criteria/{i}/lower_is_better")


def _read(
    candidates: Sequence[Candidate], criteria: Sequence[Criterion], limits: tuple[Fraction, Fraction] | None
) -> tuple[dict[str, _Scores], dict[str, Unscored]]:
    """Exact scores of the candidates that have all, and why the others have none."""
    complete: dict[str, _Scores] = {}
    lacking: dict[str, Unscored] = {}
    names = {criterion.code for criterion in criteria}
    for i, candidate in enumerate(candidates):
        if candidate.code in complete or candidate.code in lacking:
            raise refused(
                "duplicate_code", Text("{code} appears twice", code=candidate.code), f"/candidates/{i}/code"
            )
        scores = {
            n: _score(s, names, n, limits, f"/candidates/{i}/scores/{n}")
            for n, s in candidate.scores.items()
            if s is not None
        }
        missing = [criterion.code for criterion in criteria if criterion.code not in scores]
        if missing:
            lacking[candidate.code] = Unscored(Text("no score for {names}", names=", ".join(missing)))
        else:
            complete[candidate.code] = scores
    return complete, lacking


def _score(
    score: Number, names: set[str], name: str, limits: tuple[Fraction, Fraction] | None, pointer: str
) -> Fraction:
    if name not in names:
        raise refused("unknown_criterion", Text("{name} is not a criterion", name=name), pointer)
    value = exact(score, pointer)
    if limits and not limits[0] <= value <= limits[1]:
        raise refused(
            "score_off_scale",
            Text(
                "{score} is not between {limits} and {limits_2}",
                score=score,
                limits=limits[0],
                limits_2=limits[1],
            ),
            pointer,
        )
    return value


def _raw(column: _Scores, lower_is_better: bool, limits: tuple[Fraction, Fraction] | None) -> _Scores:
    if not lower_is_better or limits is None:
        return column
    return {code: sum(limits) - score for code, score in column.items()}


def _ranged(column: _Scores, lower_is_better: bool, _limits: tuple[Fraction, Fraction] | None) -> _Scores:
    """Each score's place between the column's ends, 1 the better end; all 0 where all are equal."""
    if not column or max(column.values()) == min(column.values()):
        return dict.fromkeys(column, Fraction(0))
    low, high = min(column.values()), max(column.values())
    worst, best = (high, low) if lower_is_better else (low, high)
    return {code: (score - worst) / (best - worst) for code, score in column.items()}

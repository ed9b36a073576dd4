"""The order that scorings make by a model, and what it was made from; pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from uuid import UUID

from services.projects.engines.scoring.ranking import Place
from services.projects.engines.scoring.ranking import Ranking as Order
from services.projects.engines.scoring.rice import Initiative, rice
from services.projects.engines.scoring.stability import Change, swaps
from services.projects.engines.scoring.weighted import Candidate, Scale, weighted
from services.projects.engines.scoring.weighted import Criterion as WeightedCriterion
from services.projects.engines.scoring.wsjf import Job, wsjf
from services.projects.strategy.scoring_model.rules import weights_of
from shared.base.exact import exact
from shared.contracts.projects.strategy import (
    Criterion,
    Direction,
    Position,
    Scoring,
    ScoringMethod,
    ScoringModel,
    Sensitivity,
    Swap,
    Term,
)

Values = Mapping[str, Fraction]
"""Criterion -> score."""

SWAPS = 20
PLACES = 6


@dataclass(frozen=True)
class Outcome:
    """What is proposed: the order of all subjects, and how stable it is."""

    positions: list[Position]
    sensitivity: Sensitivity


def outcome(model: ScoringModel, subjects: Sequence[UUID], scorings: Sequence[Scoring]) -> Outcome:
    """The subjects in their order, those without a scoring behind them in the order given."""
    by_subject: dict[str, list[Scoring]] = {str(id): [] for id in subjects}
    for scoring in scorings:
        by_subject[str(scoring.subject_id)].append(scoring)
    means = {id: _mean(ones) for id, ones in by_subject.items() if ones}
    single = {str(one.id): _values(one) for one in scorings}
    figures = {place.code: place.score for place in _order(model, single).places}
    order = _order(model, means)
    positions = [
        _position(place, [figures[str(one.id)] for one in by_subject[place.code]]) for place in order.places
    ]
    positions += [
        Position(subject_id=UUID(id), score=None, position=None)
        for id, ones in by_subject.items()
        if not ones
    ]
    return Outcome(positions, _sensitivity(model, means))


def _position(place: Place, by_assessor: Sequence[Decimal | None]) -> Position:
    """With the figures that the scorings of each assessor alone make."""
    figures = [figure for figure in by_assessor if figure is not None]
    return Position(
        subject_id=UUID(place.code),
        score=_rounded(place.score),
        position=place.rank,
        ties=max(0, len(place.tie) - 1),
        scorings=len(by_assessor),
        lowest=_rounded(min(figures, default=None)),
        highest=_rounded(max(figures, default=None)),
    )


def _values(scoring: Scoring) -> Values:
    return {one.criterion: exact(one.value, "") for one in scoring.scores}


def _mean(scorings: Sequence[Scoring]) -> Values:
    """The mean of each criterion over the assessors."""
    rows = [_values(one) for one in scorings]
    return {name: sum((row[name] for row in rows), Fraction(0)) / len(rows) for name in rows[0]}


def _rounded(figure: Decimal | None) -> float | None:
    return None if figure is None else round(float(figure), PLACES)


def _order(model: ScoringModel, rows: Mapping[str, Values]) -> Order:
    if not rows:
        return Order(())
    match model.method:
        case ScoringMethod.WSJF:
            return wsjf([_job(model, code, row) for code, row in rows.items()])
        case ScoringMethod.RICE:
            return rice([_initiative(model, code, row) for code, row in rows.items()])
        case _:
            weights = weights_of(model)
            criteria = [
                WeightedCriterion(one.name, weights[one.name], one.direction is Direction.LOWER_IS_BETTER)
                for one in model.criteria
            ]
            candidates = [Candidate(code, row) for code, row in rows.items()]
            return weighted(candidates, criteria, _scale(model)).ranking


def _scale(model: ScoringModel) -> Scale | None:
    return None if model.scale is None else Scale(model.scale.lowest, model.scale.highest)


def _by_term(model: ScoringModel, row: Values) -> dict[Term | None, Fraction]:
    return {one.term: row[one.name] for one in model.criteria}


def _job(model: ScoringModel, code: str, row: Values) -> Job:
    of = _by_term(model, row)
    return Job(
        code, of[Term.BUSINESS_VALUE], of[Term.TIME_CRITICALITY], of[Term.RISK_REDUCTION], of[Term.JOB_SIZE]
    )


def _initiative(model: ScoringModel, code: str, row: Values) -> Initiative:
    of = _by_term(model, row)
    return Initiative(code, of[Term.REACH], of[Term.IMPACT], of[Term.CONFIDENCE], of[Term.EFFORT])


def _sensitivity(model: ScoringModel, means: Mapping[str, Values]) -> Sensitivity:
    """By the weights: other methods have none."""
    weights = weights_of(model)
    if not weights:
        return Sensitivity()
    rows = {
        code: {one.name: _counted(model, one, row) for one in model.criteria} for code, row in means.items()
    }
    changes = swaps(rows, weights)
    first = [change for change in changes if change.place == 1]
    return Sensitivity(
        smallest_change_pct=_percent(changes[0]) if changes else None,
        first_change_pct=_percent(first[0]) if first else None,
        swaps=[_swap(change) for change in changes[:SWAPS]],
    )


def _counted(model: ScoringModel, criterion: Criterion, row: Values) -> Fraction:
    """The score as the weight multiplies it: on a scale, where lower is better, from the other end."""
    score = row[criterion.name]
    if criterion.direction is Direction.HIGHER_IS_BETTER or model.scale is None:
        return score
    return exact(model.scale.lowest, "") + exact(model.scale.highest, "") - score


def _percent(change: Change) -> float:
    return round(float(change.share * 100), 2)


def _swap(change: Change) -> Swap:
    return Swap(
        criterion=change.criterion,
        weight=round(float(change.weight), PLACES),
        turns_at=round(float(change.turns_at), PLACES),
        change_pct=_percent(change),
        ahead_id=UUID(change.ahead),
        behind_id=UUID(change.behind),
    )

"""What the weights of a model are, and of judgements in pairs how far they agree; answered beside the model."""

from typing import Annotated

from pydantic import Field

from services.projects.engines.scoring.random_index import IndexTable
from services.projects.strategy.scoring_model.rules import can_score, judged, weights_of
from shared.contracts.language import AnswerShape, Line
from shared.contracts.projects.strategy import ScoringMethod, ScoringModel


class CriterionWeight(AnswerShape):
    """How much one criterion counts."""

    criterion: Line
    """Its name."""
    weight: float
    """As the model gives it, or as the comparisons say: then all add up to 1."""
    share_pct: Annotated[float, Field(ge=0, le=100)]
    """Its part of all weights, in per cent."""


class WorstJudgement(AnswerShape):
    """The comparison that agrees least with the weights."""

    criterion: Line
    """The criterion that is judged."""
    over: Line
    """What it is compared with."""
    judged: float
    """How many times as much it counts, as was said."""
    implied: float
    """How many times as much it counts by the weights."""


class Consistency(AnswerShape):
    """How far judgements in pairs agree with each other (Saaty)."""

    lambda_max: float
    """The largest eigenvalue of the judgements; without any contradiction the number of criteria."""
    consistency_index: float
    """(lambda_max - n) / (n - 1)."""
    random_index: float | None
    """The mean index of random judgements on so many criteria; null for two or less, and beyond the table."""
    table: IndexTable
    """The published table that it is from."""
    consistency_ratio: float | None
    """The index by the random index; null where the table does not go so far."""
    acceptable: bool | None
    """Whether the ratio is at most 0.10; above, the model is activated with a reason only."""
    worst: WorstJudgement | None
    """Where to look first; null where all agree."""


class Weighing(AnswerShape):
    """The weights of a scoring model."""

    method: ScoringMethod
    """How its scores become one figure; WSJF and RICE have no weights."""
    weights: list[CriterionWeight]
    """In the order of the criteria."""
    consistency: Consistency | None
    """Under AHP; null otherwise."""


def weighing(model: ScoringModel) -> Weighing:
    """The weights of a complete model; raises what keeps it from scoring."""
    can_score(model)
    weights = weights_of(model)
    total = sum(weights.values())
    return Weighing(
        method=model.method,
        weights=[
            CriterionWeight(
                criterion=name,
                weight=round(float(weight), 6),
                share_pct=round(float(100 * weight / total), 2),
            )
            for name, weight in weights.items()
        ],
        consistency=_consistency(model) if model.method is ScoringMethod.AHP else None,
    )


def _consistency(model: ScoringModel) -> Consistency:
    judgement = judged(model)
    doubt = judgement.doubt
    return Consistency(
        lambda_max=round(float(judgement.lambda_max), 6),
        consistency_index=round(float(judgement.consistency_index), 6),
        random_index=None if judgement.random_index is None else float(judgement.random_index),
        table=judgement.table,
        consistency_ratio=(
            None if judgement.consistency_ratio is None else round(float(judgement.consistency_ratio), 6)
        ),
        acceptable=judgement.acceptable,
        worst=None
        if doubt is None
        else WorstJudgement(
            criterion=doubt.of,
            over=doubt.over,
            judged=round(float(doubt.judged), 4),
            implied=round(float(doubt.implied), 4),
        ),
    )

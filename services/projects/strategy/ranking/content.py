"""What a published ranking is frozen with: the model, every scoring in its version, the order, and how stable it is."""

from collections.abc import Sequence
from typing import Any

from services.projects.strategy.ranking.computing import Outcome
from services.projects.strategy.scoring_model.weighing import weighing
from shared.contracts.projects.strategy import Ranking, Scoring, ScoringModel

FORMAT = "portolan.ranking.1"


def inputs_of(model: ScoringModel, scorings: Sequence[Scoring]) -> dict[str, Any]:
    """The model as it scores, and the scorings that count, in the order of their ids."""
    return {
        "model": {
            "id": str(model.id),
            "edition": model.edition,
            "name": model.name,
            "method": model.method.value,
            "criteria": [one.model_dump(mode="json") for one in model.criteria],
            "comparisons": [one.model_dump(mode="json") for one in model.comparisons],
            "scale": None if model.scale is None else model.scale.model_dump(mode="json"),
        },
        "scorings": [
            {
                "id": str(one.id),
                "version": one.version,
                "subject": one.subject.value,
                "subject_id": str(one.subject_id),
                "assessor_id": str(one.assessor_id),
                "scores": [score.model_dump(mode="json") for score in one.scores],
            }
            for one in sorted(scorings, key=lambda one: one.id)
        ],
    }


def content_of(
    ranking: Ranking, model: ScoringModel, scorings: Sequence[Scoring], order: Outcome
) -> dict[str, Any]:
    """All that a reader needs to make the order again."""
    return {
        "format": FORMAT,
        "id": str(ranking.id),
        "name": ranking.name,
        "portfolio_id": None if ranking.portfolio_id is None else str(ranking.portfolio_id),
        "as_of": str(ranking.as_of),
        "published_on": str(ranking.published_on),
        "inputs_hash": ranking.inputs_hash,
        "inputs": inputs_of(model, scorings),
        "weighing": weighing(model).model_dump(mode="json"),
        "positions": [one.model_dump(mode="json") for one in order.positions],
        "sensitivity": order.sensitivity.model_dump(mode="json"),
    }

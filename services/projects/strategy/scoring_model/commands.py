"""What is checked of scoring models when they are made or changed."""

from services.projects.strategy.scoring_model import rules
from shared.contracts.projects.strategy import ScoringModel
from shared.domain.work import Work


async def check(work: Work, model: ScoringModel) -> None:
    rules.completed(model)
    rules.makes_sense(model)

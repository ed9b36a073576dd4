"""The registers of the group, with their routes."""

from services.projects.strategy.orientation import api as orientation
from services.projects.strategy.portfolio import api as portfolio
from services.projects.strategy.programme import api as programme
from services.projects.strategy.ranking import api as ranking
from services.projects.strategy.scoring import api as scoring
from services.projects.strategy.scoring_model import api as scoring_model
from services.projects.strategy.strategic_objective import api as strategic_objective
from shared.runtime.service import Group

STRATEGY = Group(
    routes=(
        portfolio.routes,
        programme.routes,
        strategic_objective.routes,
        orientation.routes,
        scoring_model.routes,
        scoring.routes,
        ranking.routes,
    ),
    registers=(
        portfolio.PORTFOLIOS,
        programme.PROGRAMMES,
        strategic_objective.STRATEGIC_OBJECTIVES,
        orientation.ORIENTATIONS,
        scoring_model.SCORING_MODELS,
        scoring.SCORINGS,
        ranking.RANKINGS,
    ),
)
"""Portfolios and programmes under which projects are steered, what they serve, and what puts their projects in order."""

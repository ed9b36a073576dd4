"""The routes of scorings."""

from services.projects.strategy.scoring import commands, rules
from services.projects.strategy.scoring.model import ScoringRow
from shared.contracts.projects.strategy import Scoring
from shared.domain.register import Register
from shared.http.collection import register_routes
from shared.http.routes import Routes

SCORINGS = Register(
    Scoring, ScoringRow, supply=commands.supply, check=commands.check, lifecycle=rules.LIFECYCLE
)

routes = Routes("projects", "Scorings")
register_routes(routes, SCORINGS)

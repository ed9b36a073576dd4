"""The routes of rankings."""

from services.projects.strategy.ranking import commands, rules
from services.projects.strategy.ranking.model import RankingRow
from shared.contracts.projects.strategy import Ranking
from shared.domain.register import Register
from shared.http.collection import register_routes
from shared.http.routes import Routes

RANKINGS = Register(
    Ranking,
    RankingRow,
    supply=commands.supply,
    check=commands.check,
    lifecycle=rules.LIFECYCLE,
    after=commands.after,
)

routes = Routes("projects", "Rankings")
register_routes(routes, RANKINGS)

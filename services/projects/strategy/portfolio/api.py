"""The routes of portfolios."""

from services.projects.strategy.portfolio import commands
from services.projects.strategy.portfolio.model import PortfolioRow
from services.projects.strategy.programme.model import ProgrammeRow
from services.projects.structure.project.model import ProjectRow
from shared.contracts.projects.strategy import Portfolio
from shared.domain.dependents import Dependents
from shared.domain.register import Register
from shared.http.collection import register_routes
from shared.http.routes import Routes

PORTFOLIOS = Register(
    Portfolio,
    PortfolioRow,
    check=commands.check,
    guard=commands.HIERARCHY.guard,
    dependents=(
        Dependents(PortfolioRow, "parent_id"),
        Dependents(ProgrammeRow, "portfolio_id"),
        Dependents(ProjectRow, "portfolio_id"),
    ),
)

routes = Routes("projects", "Portfolios")
register_routes(routes, PORTFOLIOS)

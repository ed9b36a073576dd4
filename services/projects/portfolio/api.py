"""The routes of portfolios."""

from services.projects.portfolio import commands
from services.projects.portfolio.model import FILTERS, PortfolioCreate, PortfolioRevise, PortfolioRow
from shared.contracts.projects import Portfolio
from shared.domain.register import Register
from shared.http.collection import register_routes
from shared.http.routes import Routes

PORTFOLIOS = Register(
    shape=Portfolio,
    row=PortfolioRow,
    create=PortfolioCreate,
    revise=PortfolioRevise,
    filters=FILTERS,
    check=commands.check,
    guard=commands.guard,
    names={"parent_id": PortfolioRow},
)

routes = Routes("projects", "Portfolios")
register_routes(routes, PORTFOLIOS)

"""The routes of programmes."""

from services.projects.portfolio.model import PortfolioRow
from services.projects.programme import commands
from services.projects.programme.model import FILTERS, ProgrammeCreate, ProgrammeRevise, ProgrammeRow
from shared.contracts.projects import Programme
from shared.domain.register import Register
from shared.http.collection import register_routes
from shared.http.routes import Routes

PROGRAMMES = Register(
    shape=Programme,
    row=ProgrammeRow,
    create=ProgrammeCreate,
    revise=ProgrammeRevise,
    filters=FILTERS,
    check=commands.check,
    names={"portfolio_id": PortfolioRow},
)

routes = Routes("projects", "Programmes")
register_routes(routes, PROGRAMMES)

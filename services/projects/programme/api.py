"""The routes of programmes."""

from services.projects.portfolio.model import PortfolioRow
from services.projects.programme import commands
from services.projects.programme.model import FILTERS, ProgrammeCreate, ProgrammeRevise, ProgrammeRow
from shared.contracts.projects import Programme
from shared.http.collection import register_routes
from shared.http.routes import Routes
from shared.register import Register

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

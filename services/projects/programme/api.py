"""The routes of programmes."""

from services.projects.portfolio.model import PortfolioRow
from services.projects.programme import commands
from services.projects.programme.model import FILTERS, ProgrammeCreate, ProgrammeRevise, ProgrammeRow
from services.projects.project.model import ProjectRow
from services.projects.tables import KNOWN_PERSON
from shared.contracts.projects import Programme
from shared.domain.dependents import Dependents
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
    names={"portfolio_id": PortfolioRow, "manager_id": KNOWN_PERSON},
    dependents=(Dependents(ProjectRow, "programme_id"),),
)

routes = Routes("projects", "Programmes")
register_routes(routes, PROGRAMMES)

"""The routes of programmes."""

from services.projects.strategy.programme import commands
from services.projects.strategy.programme.model import ProgrammeRow
from services.projects.structure.project.model import ProjectRow
from shared.contracts.projects.strategy import Programme
from shared.domain.dependents import Dependents
from shared.domain.register import Register
from shared.http.collection import register_routes
from shared.http.routes import Routes

PROGRAMMES = Register(
    Programme,
    ProgrammeRow,
    check=commands.check,
    dependents=(Dependents(ProjectRow, "programme_id"),),
)

routes = Routes("projects", "Programmes")
register_routes(routes, PROGRAMMES)

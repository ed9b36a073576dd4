"""The routes of dependencies."""

from services.projects.structure.dependency import commands
from services.projects.structure.dependency.model import DependencyRow
from services.projects.structure.schedule.anew import link_changed
from shared.contracts.projects.plan import Dependency
from shared.domain.register import Register
from shared.http.collection import register_routes
from shared.http.routes import Routes

DEPENDENCIES = Register(
    Dependency,
    DependencyRow,
    supply=commands.supply,
    check=commands.check,
    guard=commands.guard,
    acts=commands.ACTS,
    after=link_changed,
    judges=("from_id", "to_id"),
)

routes = Routes("projects", "Dependencies")
register_routes(routes, DEPENDENCIES)

"""The routes of methods."""

from services.projects.methods.method import commands, rules
from services.projects.methods.method.model import MethodRow
from shared.contracts.projects.methods import Method
from shared.domain.register import Register
from shared.http.collection import register_routes
from shared.http.routes import Routes

METHODS_KNOWN = Register(Method, MethodRow, check=commands.check, lifecycle=rules.LIFECYCLE)

routes = Routes("projects", "Methods")
register_routes(routes, METHODS_KNOWN)

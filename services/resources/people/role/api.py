"""The routes of roles."""

from services.resources.people.role.model import RoleRow
from shared.contracts.resources.people import Role
from shared.domain.register import Register
from shared.http.collection import register_routes
from shared.http.routes import Routes

ROLES = Register(Role, RoleRow)

routes = Routes("resources", "Roles")
register_routes(routes, ROLES)

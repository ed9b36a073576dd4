"""The routes of identities."""

from services.resources.people.identity import commands
from services.resources.people.identity.model import IdentityRow
from shared.contracts.resources.people import Identity
from shared.domain.register import Register
from shared.http.collection import register_routes
from shared.http.routes import Routes

IDENTITIES = Register(Identity, IdentityRow, check=commands.check)

routes = Routes("resources", "Identities")
register_routes(routes, IDENTITIES)

"""The routes of the organisation."""

from services.projects.organisation.organisation import commands
from services.projects.organisation.organisation.model import OrganisationRow
from shared.contracts.projects.organisation import Organisation
from shared.domain.register import Register
from shared.http.collection import register_routes
from shared.http.routes import Routes

ORGANISATIONS = Register(
    Organisation, OrganisationRow, check=commands.check, after=commands.after, read_in=commands.read_in
)

routes = Routes("projects", "Organisation")
register_routes(routes, ORGANISATIONS)

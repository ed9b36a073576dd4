"""The routes of mandates."""

from services.projects.mandate.mandate import commands, rules
from services.projects.mandate.mandate.model import MandateRow
from shared.contracts.projects.mandate import Mandate
from shared.domain.register import Register
from shared.http.collection import register_routes
from shared.http.routes import Routes

MANDATES = Register(
    Mandate,
    MandateRow,
    supply=commands.supply,
    check=commands.check,
    acts=commands.ACTS,
    lifecycle=rules.LIFECYCLE,
    after=commands.after,
    read_in=commands.read_in,
)

routes = Routes("projects", "Mandates")
register_routes(routes, MANDATES)

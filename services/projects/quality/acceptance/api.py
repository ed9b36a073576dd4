"""The routes of acceptances."""

from services.projects.quality.acceptance import commands, rules
from services.projects.quality.acceptance.model import AcceptanceRow
from shared.contracts.projects.quality import Acceptance
from shared.domain.register import Register
from shared.http.collection import register_routes
from shared.http.routes import Routes

ACCEPTANCES = Register(
    Acceptance,
    AcceptanceRow,
    supply=commands.supply,
    check=commands.check,
    acts=commands.ACTS,
    lifecycle=rules.LIFECYCLE,
    carried=commands.stays,
    after=commands.after,
    dues=(rules.WARRANTY,),
)

routes = Routes("projects", "Acceptances")
register_routes(routes, ACCEPTANCES)

"""The routes of requests."""

from services.projects.intake.request import commands, waiting
from services.projects.intake.request.lifecycle import LIFECYCLE
from services.projects.intake.request.model import RequestRow
from shared.contracts.projects.intake import Request
from shared.domain.register import Register
from shared.http.collection import register_routes
from shared.http.routes import Routes

REQUESTS = Register(
    Request,
    RequestRow,
    supply=commands.supply,
    check=commands.check,
    judges=("became",),
    lifecycle=LIFECYCLE,
    carried=commands.refuse_archiving_others,
    after=commands.after,
    read_in=commands.read_in,
    dues=(waiting.OVERDUE,),
)

routes = Routes("projects", "Requests")
register_routes(routes, REQUESTS)

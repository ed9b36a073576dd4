"""The routes of approvals: Portolan makes them, and the persons who are asked answer them."""

from services.projects.mandate.approval import commands, rules
from services.projects.mandate.approval.model import ApprovalRow
from shared.contracts.projects.papers import Approval
from shared.domain.register import Register
from shared.http.collection import register_routes
from shared.http.routes import Routes

APPROVALS = Register(
    Approval,
    ApprovalRow,
    check=commands.check,
    acts=commands.ACTS,
    lifecycle=rules.LIFECYCLE,
    after=commands.after,
    dues=(rules.EXPIRED,),
)

routes = Routes("projects", "Approvals")
register_routes(routes, APPROVALS)

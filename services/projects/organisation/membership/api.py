"""The routes of memberships."""

from services.projects.organisation.membership import commands, rules
from services.projects.organisation.membership.model import MembershipRow
from shared.contracts.projects.organisation import Membership
from shared.domain.register import Register
from shared.http.collection import register_routes
from shared.http.routes import Routes

MEMBERSHIPS = Register(
    Membership,
    MembershipRow,
    check=commands.check,
    judges=("principal",),
    carried=commands.refuse_while_granted,
    lifecycle=rules.LIFECYCLE,
    dues=rules.DUES,
    read_in=commands.read_in,
)

routes = Routes("projects", "Memberships")
register_routes(routes, MEMBERSHIPS)

"""The routes of changes."""

from services.projects.control.change import commands, rules
from services.projects.control.change.model import ChangeRow
from shared.contracts.projects.change import Change
from shared.domain.register import Register
from shared.http.collection import register_routes
from shared.http.routes import Routes

CHANGES = Register(
    Change,
    ChangeRow,
    supply=commands.supply,
    check=commands.check,
    acts=commands.ACTS,
    lifecycle=rules.LIFECYCLE,
    withholds=commands.withholds,
    after=commands.after,
    read_in=commands.read_in,
)

routes = Routes("projects", "Changes")
register_routes(routes, CHANGES)

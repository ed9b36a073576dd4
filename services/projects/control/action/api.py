"""The routes of actions."""

from services.projects.control.action import commands, rules
from services.projects.control.action.model import ActionRow
from shared.contracts.projects.control import Action
from shared.domain.register import Register
from shared.http.collection import register_routes
from shared.http.routes import Routes

ACTIONS = Register(
    Action,
    ActionRow,
    check=commands.check,
    acts=commands.ACTS,
    lifecycle=rules.LIFECYCLE,
    dues=(rules.OVERDUE,),
)

routes = Routes("projects", "Actions")
register_routes(routes, ACTIONS)

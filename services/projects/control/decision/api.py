"""The routes of decisions."""

from services.projects.control.decision import commands, rules
from services.projects.control.decision.model import DecisionRow
from shared.contracts.projects.control import LoggedDecision
from shared.domain.register import Register
from shared.http.collection import register_routes
from shared.http.routes import Routes

DECISIONS = Register(
    LoggedDecision,
    DecisionRow,
    check=commands.check,
    acts=commands.ACTS,
    lifecycle=rules.LIFECYCLE,
    after=commands.after,
)

routes = Routes("projects", "Decisions")
register_routes(routes, DECISIONS)

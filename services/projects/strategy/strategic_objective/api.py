"""The routes of strategic objectives."""

from services.projects.strategy.strategic_objective import commands, rules
from services.projects.strategy.strategic_objective.model import StrategicObjectiveRow
from shared.contracts.projects.strategy import StrategicObjective
from shared.domain.dependents import Dependents
from shared.domain.register import Register
from shared.http.collection import register_routes
from shared.http.routes import Routes

STRATEGIC_OBJECTIVES = Register(
    StrategicObjective,
    StrategicObjectiveRow,
    check=commands.check,
    guard=commands.HIERARCHY.guard,
    dependents=(Dependents(StrategicObjectiveRow, "parent_id"),),
    lifecycle=rules.LIFECYCLE,
)

routes = Routes("projects", "Strategic objectives")
register_routes(routes, STRATEGIC_OBJECTIVES)

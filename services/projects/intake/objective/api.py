"""The routes of objectives."""

from services.projects.intake.objective import commands, rules
from services.projects.intake.objective.model import ObjectiveRow
from shared.contracts.projects.intake import Objective
from shared.domain.register import Register
from shared.http.collection import register_routes
from shared.http.routes import Routes

OBJECTIVES = Register(
    Objective,
    ObjectiveRow,
    check=commands.check,
    acts=commands.ACTS,
    lifecycle=rules.LIFECYCLE,
)

routes = Routes("projects", "Objectives")
register_routes(routes, OBJECTIVES)

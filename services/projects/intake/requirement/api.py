"""The routes of requirements."""

from services.projects.intake.requirement import commands, rules
from services.projects.intake.requirement.model import RequirementRow
from shared.contracts.projects.intake import Requirement
from shared.domain.register import Register
from shared.http.collection import register_routes
from shared.http.routes import Routes

REQUIREMENTS = Register(
    Requirement,
    RequirementRow,
    check=commands.check,
    acts=commands.ACTS,
    lifecycle=rules.LIFECYCLE,
)

routes = Routes("projects", "Requirements")
register_routes(routes, REQUIREMENTS)

"""The routes of milestones."""

from services.projects.methods.milestone import commands, rules
from services.projects.methods.milestone.model import MilestoneRow
from shared.contracts.projects.methods import Milestone
from shared.domain.register import Register
from shared.http.collection import register_routes
from shared.http.routes import Routes

MILESTONES = Register(
    Milestone,
    MilestoneRow,
    check=commands.check,
    acts=commands.ACTS,
    lifecycle=rules.LIFECYCLE,
    after=commands.after,
    dues=(rules.SLIPPED,),
)

routes = Routes("projects", "Milestones")
register_routes(routes, MILESTONES)

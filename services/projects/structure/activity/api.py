"""The routes of activities."""

from services.projects.methods.milestone.model import MilestoneRow
from services.projects.structure.activity import commands, rules
from services.projects.structure.activity.model import ActivityRow
from services.projects.structure.dependency.model import DependencyRow
from shared.contracts.projects.plan import Activity
from shared.domain.dependents import Dependents
from shared.domain.register import Register
from shared.http.collection import register_routes
from shared.http.routes import Routes

ACTIVITIES = Register(
    Activity,
    ActivityRow,
    check=commands.check,
    guard=commands.guard,
    acts=commands.ACTS,
    dependents=(
        Dependents(DependencyRow, "from_id"),
        Dependents(DependencyRow, "to_id"),
        Dependents(MilestoneRow, "activity_id"),
    ),
    other_moves={rules.PROGRESS: commands.REPORT_PROGRESS},
)

routes = Routes("projects", "Activities")
register_routes(routes, ACTIVITIES)

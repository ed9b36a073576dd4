"""The routes of schedules: a plan can be tried before anything of it is kept."""

from services.projects.structure.schedule.model import ScheduleRow
from shared.contracts.projects.plan import Schedule
from shared.domain.operations import OperationKind
from shared.domain.register import Register
from shared.http.collection import register_routes
from shared.http.long_work.routes import begins
from shared.http.routes import Routes

TRIAL = OperationKind(
    "schedule_trial", "services.projects.engines.planning.trial:TRIAL", result="ScheduleTrialResult"
)

SCHEDULES = Register(Schedule, ScheduleRow)

routes = Routes("projects", "Schedules", about="Dates and floats of plans, by the critical path method.")
register_routes(routes, SCHEDULES)
begins(
    routes,
    "/v1/schedules/trial",
    TRIAL,
    summary="Schedule a plan that is sent",
    description="Begins an operation; nothing of the plan is kept. What cannot be scheduled is refused at once, with a"
    " pointer to each fault; a circle of links is named. The method: `docs/methods/schedule.md`.",
)

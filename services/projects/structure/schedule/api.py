"""The routes of schedules: a plan can be tried before anything of it is kept."""

from shared.domain.operations import OperationKind
from shared.http.long_work.routes import begins
from shared.http.routes import Routes

TRIAL = OperationKind(
    "schedule_trial", "services.projects.engines.planning.trial:TRIAL", result="ScheduleTrialResult"
)

routes = Routes("projects", "Schedules", about="Dates and floats of plans, by the critical path method.")
begins(
    routes,
    "/v1/schedules/trial",
    TRIAL,
    summary="Schedule a plan that is sent",
    description="Begins an operation; nothing of the plan is kept. What cannot be scheduled is refused at once, with a"
    " pointer to each fault; a circle of links is named. The method: `docs/methods/schedule.md`.",
)

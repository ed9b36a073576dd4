"""The registers of the group, with their routes."""

from services.projects.structure.activity import api as activity
from services.projects.structure.baseline import api as baseline
from services.projects.structure.calendar import api as calendar
from services.projects.structure.dependency import api as dependency
from services.projects.structure.plan import api as plan
from services.projects.structure.plan_file import api as plan_file
from services.projects.structure.project import api as project
from services.projects.structure.schedule import api as schedule
from services.projects.structure.schedule.anew import AGAIN
from services.projects.structure.schedule.commands import RUN
from services.projects.structure.work_package import api as work_package
from shared.runtime.service import Group

STRUCTURE = Group(
    routes=(
        project.routes,
        work_package.routes,
        calendar.routes,
        activity.routes,
        dependency.routes,
        plan.routes,
        schedule.routes,
        baseline.routes,
        plan_file.routes,
    ),
    registers=(
        project.PROJECTS,
        work_package.WORK_PACKAGES,
        calendar.CALENDARS,
        activity.ACTIVITIES,
        dependency.DEPENDENCIES,
        schedule.SCHEDULES,
        baseline.BASELINES,
        plan_file.PLAN_FILES,
    ),
    operations=(schedule.TRIAL, RUN, AGAIN),
)

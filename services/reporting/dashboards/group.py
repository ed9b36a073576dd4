"""The routes of the dashboards."""

from services.reporting.dashboards.activity.api import ACTIVITY
from services.reporting.dashboards.alignment.api import ALIGNMENT
from services.reporting.dashboards.budget.api import BUDGET
from services.reporting.dashboards.decisions_due.api import DECISIONS_DUE
from services.reporting.dashboards.departments.api import DEPARTMENTS
from services.reporting.dashboards.exceptions.api import EXCEPTIONS
from services.reporting.dashboards.exposure.api import EXPOSURE
from services.reporting.dashboards.load.api import LOAD
from services.reporting.dashboards.pipeline.api import PIPELINE
from services.reporting.dashboards.portfolios.api import OVERVIEW
from services.reporting.dashboards.projects.api import PROJECTS
from shared.runtime.service import Group

EACH = (
    PROJECTS,
    OVERVIEW,
    BUDGET,
    LOAD,
    DEPARTMENTS,
    EXPOSURE,
    ACTIVITY,
    PIPELINE,
    ALIGNMENT,
    EXCEPTIONS,
    DECISIONS_DUE,
)

DASHBOARDS = Group(routes=tuple(dashboard.routes for dashboard in EACH))

"""The routes of the dashboards."""

from services.reporting.dashboards.activity import api as activity
from services.reporting.dashboards.budget import api as budget
from services.reporting.dashboards.departments import api as departments
from services.reporting.dashboards.exposure import api as exposure
from services.reporting.dashboards.load import api as load
from services.reporting.dashboards.portfolios import api as portfolios
from services.reporting.dashboards.projects import api as projects
from shared.runtime.service import Group

DASHBOARDS = Group(
    routes=(
        projects.routes,
        portfolios.routes,
        budget.routes,
        load.routes,
        departments.routes,
        exposure.routes,
        activity.routes,
    )
)

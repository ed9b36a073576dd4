"""The routes of projects."""

from services.projects.portfolio.model import PortfolioRow
from services.projects.programme.model import ProgrammeRow
from services.projects.project import commands, rules
from services.projects.project.model import FILTERS, ProjectCreate, ProjectRevise, ProjectRow
from services.projects.tables import KNOWN_PERSON
from shared.contracts.projects import Project
from shared.domain.register import Register
from shared.http.collection import register_routes
from shared.http.routes import Routes

PROJECTS = Register(
    shape=Project,
    row=ProjectRow,
    create=ProjectCreate,
    revise=ProjectRevise,
    filters=FILTERS,
    supply=commands.supply,
    check=commands.check,
    tell=commands.tell,
    acts=commands.ACTS,
    lifecycle=rules.LIFECYCLE,
    names={
        "portfolio_id": PortfolioRow,
        "programme_id": ProgrammeRow,
        "sponsor_id": KNOWN_PERSON,
        "manager_id": KNOWN_PERSON,
    },
)

routes = Routes("projects", "Projects")
register_routes(routes, PROJECTS)

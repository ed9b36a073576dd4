"""The projects service: its tables, routes and what it listens to."""

from pathlib import Path

from services.projects.portfolio import api as portfolio
from services.projects.programme import api as programme
from services.projects.project import api as project
from services.projects.reactions import REACTIONS
from services.projects.tables import Model
from services.projects.work_package import api as work_package
from shared.messaging.inbox import reacting
from shared.runtime.service import Service

SERVICE = Service(
    name="projects",
    title="Projects",
    metadata=Model.metadata,
    migrations=Path(__file__).parent / "migrations",
    routes=(portfolio.routes, programme.routes, project.routes, work_package.routes),
    registers=(portfolio.PORTFOLIOS, programme.PROGRAMMES, project.PROJECTS, work_package.WORK_PACKAGES),
    consumers=(reacting("projects", REACTIONS),),
)

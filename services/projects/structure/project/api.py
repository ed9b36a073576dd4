"""The routes of projects."""

from services.projects.methods.phase.course import follow_project
from services.projects.structure.project import commands, methods, rules
from services.projects.structure.project.model import ProjectRow
from shared.contracts.projects.structure import Project
from shared.domain.register import Register
from shared.domain.work import Work
from shared.http.collection import register_routes
from shared.http.routes import Routes


async def after(work: Work, project: Project, before: Project | None) -> None:
    """Its course begins with it, and what is expected of it is held against what its mandate tolerates."""
    await follow_project(work, project, before)
    await commands.after(work, project, before)


PROJECTS = Register(
    Project,
    ProjectRow,
    supply=commands.supply,
    check=commands.check,
    tell=commands.tell,
    acts=commands.ACTS,
    lifecycle=rules.LIFECYCLE,
    dues=(rules.UPDATE_MISSING,),
    read_in=commands.read_in,
    after=after,
    other_moves={methods.APPLY: methods.APPLY_METHOD},
)

routes = Routes("projects", "Projects")
register_routes(routes, PROJECTS)

"""The routes of projects."""

from services.projects.methods.phase.course import follow_project
from services.projects.structure.project import commands, methods, rules
from services.projects.structure.project.model import ProjectRow
from shared.contracts.projects.structure import Project
from shared.domain.register import Register
from shared.http.collection import register_routes
from shared.http.routes import Routes

PROJECTS = Register(
    Project,
    ProjectRow,
    supply=commands.supply,
    check=commands.check,
    tell=commands.tell,
    after=commands.after,
    acts=commands.ACTS,
    lifecycle=rules.LIFECYCLE,
    dues=(rules.UPDATE_MISSING,),
    read_in=commands.read_in,
    after=follow_project,
    other_moves={methods.APPLY: methods.APPLY_METHOD},
)

routes = Routes("projects", "Projects")
register_routes(routes, PROJECTS)

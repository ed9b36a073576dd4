"""The routes of roles in projects."""

from services.projects.mandate.project_role import commands, rules
from services.projects.mandate.project_role.model import ProjectRoleRow
from shared.contracts.projects.mandate import ProjectRole
from shared.domain.register import Register
from shared.domain.work import Work
from shared.http.collection import register_routes
from shared.http.routes import Routes


async def after(work: Work, role: ProjectRole, before: ProjectRole | None) -> None:
    await commands.hold_together(work, PROJECT_ROLES, role, before)


PROJECT_ROLES = Register(
    ProjectRole,
    ProjectRoleRow,
    check=commands.check,
    acts=commands.ACTS,
    lifecycle=rules.LIFECYCLE,
    after=after,
)

routes = Routes("projects", "Project roles")
register_routes(routes, PROJECT_ROLES)

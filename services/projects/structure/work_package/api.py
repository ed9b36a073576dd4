"""The routes of work packages."""

from services.projects.structure.work_package import commands
from services.projects.structure.work_package.model import WorkPackageRow
from shared.contracts.projects.structure import Progress, WorkPackage
from shared.domain.dependents import Dependents
from shared.domain.register import Register
from shared.http.call import Call
from shared.http.collection import register_routes
from shared.http.path import Id
from shared.http.routes import Routes

WORK_PACKAGES = Register(
    WorkPackage,
    WorkPackageRow,
    check=commands.check,
    guard=commands.guard,
    acts=commands.ACTS,
    dependents=(Dependents(WorkPackageRow, "parent_id"),),
    after=commands.after,
    dues=(commands.OVERDUE,),
)

routes = Routes("projects", "Work packages")
register_routes(routes, WORK_PACKAGES)


@routes.post(
    "/v1/work-packages/{id}/report-progress",
    scope="projects.contribute",
    needs_match=True,
    refusals=(404, 409),
)
async def report_progress(call: Call, id: Id, body: Progress) -> WorkPackage:
    """Report progress of a work package."""
    return await commands.report_progress(call.work, id, call.if_match, body.percent_complete)

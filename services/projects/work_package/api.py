"""The routes of work packages."""

from services.projects.work_package import commands
from services.projects.work_package.model import WorkPackageRow
from shared.contracts.projects import Progress, WorkPackage
from shared.domain.dependents import Dependents
from shared.domain.register import Register
from shared.http.call import Call
from shared.http.collection import register_routes
from shared.http.routes import Routes

WORK_PACKAGES = Register(
    WorkPackage,
    WorkPackageRow,
    check=commands.check,
    guard=commands.guard,
    acts=commands.ACTS,
    dependents=(Dependents(WorkPackageRow, "parent_id"),),
    after=commands.after,
)

routes = Routes("projects", "Work packages")
register_routes(routes, WORK_PACKAGES)


@routes.route("POST", "/v1/work-packages/{id}/report-progress", id="work_packages_report_progress", shape=WorkPackage,
              summary="Report progress of a work package", body=Progress, needs_match=True, refusals=(404, 409))  # fmt: skip
async def report_progress(call: Call, id: str, body: Progress) -> WorkPackage:
    return await commands.report_progress(call.work, id, call.if_match, body.percent_complete)

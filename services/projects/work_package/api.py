"""The routes of work packages."""

from services.projects.project.model import ProjectRow
from services.projects.tables import KNOWN_PERSON
from services.projects.work_package import commands
from services.projects.work_package.model import (
    FILTERS,
    Progress,
    WorkPackageCreate,
    WorkPackageRevise,
    WorkPackageRow,
)
from shared.contracts.projects import WorkPackage
from shared.domain.dependents import Dependents
from shared.domain.register import Register
from shared.http.call import Call
from shared.http.collection import register_routes
from shared.http.routes import Routes

WORK_PACKAGES = Register(
    shape=WorkPackage,
    row=WorkPackageRow,
    create=WorkPackageCreate,
    revise=WorkPackageRevise,
    filters=FILTERS,
    check=commands.check,
    guard=commands.guard,
    acts=commands.ACTS,
    dependents=(Dependents(WorkPackageRow, "parent_id"),),
    after=commands.after,
    names={"project_id": ProjectRow, "parent_id": WorkPackageRow, "owner_id": KNOWN_PERSON},
)

routes = Routes("projects", "Work packages")
register_routes(routes, WORK_PACKAGES)


@routes.route("POST", "/v1/work-packages/{id}/report-progress", id="work_packages_report_progress", shape=WorkPackage,
              summary="Report progress of a work package", body=Progress, needs_match=True, refusals=(404, 409))  # fmt: skip
async def report_progress(call: Call, id: str, body: Progress) -> WorkPackage:
    return await commands.report_progress(call.work, id, call.if_match, body.percent_complete)

"""The routes of work packages."""

from services.projects.structure.work_package import commands
from services.projects.structure.work_package.model import WorkPackageRow
from shared.contracts.projects.structure import WorkPackage
from shared.domain.dependents import Dependents
from shared.domain.register import Register
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
    carried=commands.refuse_archiving_what_is_agreed,
    other_moves={commands.PROGRESS: commands.REPORT_PROGRESS},
    dues=(commands.OVERDUE,),
)

routes = Routes("projects", "Work packages")
register_routes(routes, WORK_PACKAGES)

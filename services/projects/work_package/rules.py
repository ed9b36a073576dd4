"""What holds of work packages: the WBS code follows the tree, budget and progress stand at the leaves."""

from shared.base.errors import Conflict, Fault, Invalid
from shared.contracts.projects import Project, Stage, WorkPackage, WorkPackageProgressed, WorkPackageState

ENDED = (Stage.CLOSED, Stage.DISCONTINUED)


def in_order(package: WorkPackage) -> None:
    """The plan runs forward, and the budget is not negative."""
    start, finish = package.planned_start_on, package.planned_finish_on
    if start and finish and finish < start:
        raise Invalid(
            "the finish lies before the start",
            Fault("before_start", "too early", pointer="/planned_finish_on"),
        )
    if package.budget is not None and package.budget.minor < 0:
        raise Invalid("the budget is negative", Fault("negative", "not below zero", pointer="/budget"))


def under(package: WorkPackage, parent: WorkPackage) -> None:
    """A part belongs to the project of the whole, carries its code further, and takes over its budget."""
    if parent.project_id != package.project_id:
        raise Invalid(
            "the parent is of another project",
            Fault("other_project", "another project", pointer="/parent_id"),
        )
    if not package.wbs.startswith(parent.wbs + "."):
        raise Invalid(
            "the code does not follow the parent's",
            Fault("wbs", f"begins with {parent.wbs}.", pointer="/wbs"),
        )
    if parent.budget is not None or parent.percent_complete:
        raise Conflict(
            "the parent holds budget or progress of its own; parts would count twice", code="parent_is_leaf"
        )


def leaf_holds(package: WorkPackage, has_parts: bool) -> None:
    if has_parts and package.budget is not None:
        raise Invalid(
            "a package with parts has no budget of its own",
            Fault("has_parts", "has parts", pointer="/budget"),
        )


def project_is_open(project: Project) -> None:
    if project.stage in ENDED or project.archived_at is not None:
        raise Conflict(f"the project is {project.stage.value}", code="project_ended")


def progress(package: WorkPackage, percent: int, has_parts: bool) -> WorkPackageProgressed:
    """Progress may also be taken back: what was reported too early is corrected by a later report."""
    if has_parts:
        raise Conflict("progress is reported on the parts", code="has_parts")
    if package.archived_at is not None:
        raise Conflict("the work package is archived", code="archived")
    before = package.percent_complete
    package.percent_complete = percent
    package.state = state_at(percent)
    return WorkPackageProgressed(percent_complete=percent, previous_percent_complete=before)


def state_at(percent: int) -> WorkPackageState:
    if percent == 0:
        return WorkPackageState.PLANNED
    return WorkPackageState.COMPLETED if percent == 100 else WorkPackageState.IN_PROGRESS

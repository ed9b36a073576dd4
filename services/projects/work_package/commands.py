"""What is done with work packages: checked within their project, and progressed."""

from typing import Any

from services.projects.project.model import ProjectRow
from services.projects.work_package import rules
from services.projects.work_package.model import WorkPackageRow
from shared.contracts.projects import Project, WorkPackage
from shared.domain.references import exists
from shared.domain.work import Match, Work, expect_version


def guard(package: Any) -> str:
    """Of two who change the tree of a project at once only the first does."""
    return f"wbs {package.project_id}"


async def check(work: Work, package: WorkPackage) -> None:
    rules.in_order(package)
    await exists(work, WorkPackageRow, package.parent_id, "/parent_id")
    await exists(work, ProjectRow, package.project_id, "/project_id")
    rules.project_is_open(await work.load(Project, package.project_id))
    await work.guard(guard(package))
    if package.budget is not None and work.before(package) is not None:  # what is made only now has no parts
        rules.leaf_holds(package, await has_parts(work, package))
    if package.parent_id is not None:
        rules.under(package, await work.load(WorkPackage, package.parent_id))


async def has_parts(work: Work, package: WorkPackage) -> bool:
    rows = await work.store.fetch(
        "SELECT 1 FROM work_package WHERE parent_id = ? AND archived = 0 LIMIT 1", (str(package.id),)
    )
    return bool(rows)


async def report_progress(work: Work, id: str, if_match: Match | None, percent: int) -> WorkPackage:
    package = await work.load(WorkPackage, id)
    expect_version(package, if_match)
    rules.project_is_open(await work.load(Project, package.project_id))
    fact = rules.progress(package, percent, await has_parts(work, package))
    return work.save(package, fact)

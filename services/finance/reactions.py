"""What follows from projects and work packages: budgets open and close, and what costs may name is known.

What is measured has a consumer of its own (`services.finance.control.performance.reactions`).
"""

from services.finance.budget.budget import rules
from services.finance.budget.budget.api import BUDGETS
from services.finance.tables import KNOWN_PROGRAMME, KNOWN_PROJECT
from shared.base.clock import to_day
from shared.base.ids import derived_id
from shared.contracts.finance.budget import Budget, BudgetOpened
from shared.contracts.language import plain
from shared.contracts.projects.structure import Project, WorkPackage
from shared.domain.register import make, write
from shared.domain.stages import ENDED, RUNNING, was_approved
from shared.domain.work import Work
from shared.messaging.bus import Record
from shared.messaging.reactions import EVERY, on

REMEMBER_PACKAGE = """
INSERT INTO known_work_package (id, project_id, version, budget, currency, starts_on, finishes_on, percent, archived)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (id) DO UPDATE SET
    version = excluded.version, budget = excluded.budget, currency = excluded.currency,
    starts_on = excluded.starts_on, finishes_on = excluded.finishes_on, percent = excluded.percent,
    archived = excluded.archived
WHERE excluded.version > known_work_package.version
"""
UNCHARGED = (
    "UPDATE budget SET currency = currency WHERE id = ?"
    " AND NOT EXISTS (SELECT 1 FROM actual_cost WHERE project_id = ?)"
)
"""A cost that is posted meanwhile, in the currency of before, makes the decision stale."""


async def keep_budget(work: Work, record: Record) -> None:
    """Open it at the approval of the project, keep its plan, close it at the end; a second time changes nothing.

    Every fact of a project carries its stage, so an import at a stage needs no case of its own.
    """
    project = record.state(Project)
    id = derived_id("budget", str(project.id))
    budget = await work.find_by_id(Budget, id)
    if budget is None:
        if not was_approved(project.stage):
            return
        members = {"currency": _currency(work, project), "planned": project.planned_cost}
        budget = await make(work, BUDGETS, id, BudgetOpened(), project_id=project.id, **members)
    if budget.planned != project.planned_cost:
        budget = await _follow_plan(work, budget, project)
    if budget.open and project.stage in ENDED:
        await write(work, BUDGETS, budget, rules.close(budget, project.stage))
    elif not budget.open and project.stage in RUNNING:
        await write(work, BUDGETS, budget, rules.open_(budget))


async def _follow_plan(work: Work, budget: Budget, project: Project) -> Budget:
    before = budget.currency
    rules.plan(budget, project.planned_cost, await _is_charged(work, project))
    if budget.currency != before:
        work.add_statement(UNCHARGED, [(str(budget.id), str(project.id))], expect=1)
    return await write(work, BUDGETS, budget, plain(Budget, "revised"))


async def _is_charged(work: Work, project: Project) -> bool:
    """Whether any cost was ever posted; one that is archived may come back."""
    rows = await work.store.fetch(
        "SELECT 1 FROM actual_cost WHERE project_id = ? LIMIT 1", (str(project.id),)
    )
    return bool(rows)


def _currency(work: Work, project: Project) -> str:
    """The plan's, else the one the instance reports in."""
    if project.planned_cost is not None:
        return project.planned_cost.currency
    return work.settings.reporting_currency or work.settings.default_currency


async def package_told(work: Work, record: Record) -> None:
    package = record.state(WorkPackage)
    budget = package.budget if package.archived_at is None else None
    start, finish = package.planned_start_on, package.planned_finish_on
    row = (
        str(package.id),
        str(package.project_id),
        package.version,
        budget.minor if budget else None,
        budget.currency if budget else None,
        to_day(start) if budget and start else None,
        to_day(finish) if budget and finish else None,
        package.percent_complete,
        0 if package.archived_at is None else 1,
    )
    work.add_statement(REMEMBER_PACKAGE, [row])


REACTIONS = (
    KNOWN_PROJECT,
    KNOWN_PROGRAMME,
    on(Project, EVERY, keep_budget),
    on(WorkPackage, EVERY, package_told),
)

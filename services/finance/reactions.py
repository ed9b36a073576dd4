"""What follows from projects, work packages and costs: budgets open and close, earned value is measured."""

from services.finance.budget import rules
from services.finance.budget.api import BUDGETS
from services.finance.performance import commands as performance
from services.finance.tables import KNOWN_PROGRAMME, KNOWN_PROJECT
from shared.base.ids import derived_id
from shared.contracts.finance import ActualCost, Budget, BudgetOpened
from shared.contracts.language import plain
from shared.contracts.projects import Project, WorkPackage
from shared.domain.register import make, write
from shared.domain.stages import ENDED, RUNNING, was_approved
from shared.domain.work import Work
from shared.messaging.bus import Record
from shared.messaging.reactions import EVERY, on

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
    budget = await work.known(Budget, id)
    if budget is None:
        if not was_approved(project.stage):
            return
        members = {"currency": _currency(work, project), "planned": project.planned_cost}
        budget = await make(work, BUDGETS, id, BudgetOpened(), project_id=project.id, **members)
        await performance.measure(work, project.id, cause="the budget was opened")
    if budget.planned != project.planned_cost:
        budget = await _follow_plan(work, budget, project)
    if budget.open and project.stage in ENDED:
        await write(work, BUDGETS, budget, rules.close(budget, project.stage))
    elif not budget.open and project.stage in RUNNING:
        await write(work, BUDGETS, budget, rules.open_(budget))


async def _follow_plan(work: Work, budget: Budget, project: Project) -> Budget:
    before = budget.currency
    rules.plan(budget, project.planned_cost, await _is_charged(work, project))
    followed = budget.currency != before
    if followed:
        work.also(UNCHARGED, [(str(budget.id), str(project.id))], expect=1)
    budget = await write(work, BUDGETS, budget, plain(Budget, "revised"))
    if followed:
        await performance.measure(work, project.id, cause="the budget follows the plan's currency")
    return budget


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


async def count_approval(work: Work, record: Record) -> None:
    """From the first approval on, the plan of then is what a project is measured against."""
    project = record.state(Project)
    if was_approved(project.stage):
        await performance.approved(work, project.id, record)


async def work_told(work: Work, record: Record) -> None:
    """Budget, dates or progress of a work package: what was planned and earned is measured again."""
    await performance.package_told(work, record)


async def cost_told(work: Work, record: Record) -> None:
    """A cost of this service: spent when posted or restored, not spent when archived."""
    await performance.cost_told(work, record)


REACTIONS = (
    KNOWN_PROJECT,
    KNOWN_PROGRAMME,
    on(Project, EVERY, keep_budget),
    on(Project, EVERY, count_approval),
    on(WorkPackage, EVERY, work_told),
    on(ActualCost, EVERY, cost_told),
)

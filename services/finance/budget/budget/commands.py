"""The budget of a project as it counts: the stored one, else the one that its first use opens."""

from uuid import UUID

from services.finance.budget.budget import rules
from services.finance.tables import UNOPENED_BUDGET
from shared.contracts.finance.budget import Budget
from shared.domain.first_use import ProjectState
from shared.domain.work import Work


def new(work: Work, project_id: UUID, state: ProjectState) -> Budget:
    """The budget as a project opens it."""
    planned = state.planned_cost
    reporting = work.settings.reporting_currency or work.settings.default_currency
    return work.new(
        Budget,
        UNOPENED_BUDGET.id_of(project_id),
        project_id=project_id,
        currency=rules.currency(planned, reporting),
        planned=planned,
    )


async def current(work: Work, project_id: UUID) -> Budget | None:
    """The budget; where an imported project has none yet, as its first use will open it. None: it was not approved.

    Who decides by one that is not stored holds the guard of `UNOPENED_BUDGET` (`hold`).
    """
    budget = await UNOPENED_BUDGET.find(work, project_id)
    if budget is not None:
        return budget
    steps = await UNOPENED_BUDGET.steps(work, project_id)
    if not steps:  # it may have been opened between the two queries
        return await UNOPENED_BUDGET.find(work, project_id)
    budget = new(work, project_id, steps[0].state)
    for step in steps:
        for _ in rules.follow(budget, step.state.stage, step.state.planned_cost, is_charged=False):
            pass
    return budget


def is_stored(work: Work, budget: Budget) -> bool:
    return work.before(budget) is not None


async def hold(work: Work, project_id: UUID) -> None:
    """What is decided by the budget that will be opened holds only while the project stays what it was."""
    await work.guard(UNOPENED_BUDGET.guard(project_id))

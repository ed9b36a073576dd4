"""What follows from projects, work packages and the service's own records: budgets open and close, and what costs may
name is known.

What is measured has a consumer of its own (`services.finance.control.performance.reactions`).
"""

from uuid import UUID

from services.finance.budget.budget import commands, rules
from services.finance.budget.budget.api import BUDGETS
from services.finance.budget.commitment import reactions as commitments
from services.finance.budget.envelope import draws
from services.finance.control.actual_cost import initiation
from services.finance.tables import (
    KNOWN_PERSON,
    KNOWN_PORTFOLIO,
    KNOWN_PROGRAMME,
    KNOWN_PROJECT,
    KNOWN_REQUEST,
    KNOWN_ROLE,
    KNOWN_UNIT,
    UNOPENED_BUDGET,
)
from shared.base.clock import to_day
from shared.contracts.finance.budget import Budget, BudgetLine, BudgetOpened
from shared.contracts.finance.control import ActualCost, Forecast
from shared.contracts.finance.vendors import Contract
from shared.contracts.projects.structure import WorkPackage
from shared.domain.copies import Known
from shared.domain.first_use import ProjectState
from shared.domain.register import write
from shared.domain.work import Work
from shared.messaging.bus import Record
from shared.messaging.first_use import OpenedOnFirstUse
from shared.messaging.reactions import EVERY, On, on
from shared.runtime.common import erased_with_author

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


async def _begin(work: Work, project_id: UUID, state: ProjectState) -> Budget:
    budget = commands.new(work, project_id, state)
    return await write(work, BUDGETS, budget, BudgetOpened())


async def _follow(work: Work, budget: Budget, state: ProjectState, is_before_use: bool) -> None:
    """Its currency follows the plan while nothing is charged, also when this is committed."""
    before, planned = budget.currency, state.planned_cost
    may_change = planned is not None and planned.currency != before
    is_charged = may_change and not is_before_use and await _is_charged(work, budget)
    for fact in rules.follow(budget, state.stage, planned, is_charged):
        await write(work, BUDGETS, budget, fact)
    if budget.currency != before and not is_before_use:
        work.add_statement(UNCHARGED, [(str(budget.id), str(budget.project_id))], expect=1)


async def _is_charged(work: Work, budget: Budget) -> bool:
    """Whether any cost was ever posted; one that is archived may come back."""
    rows = await work.store.fetch(
        "SELECT 1 FROM actual_cost WHERE project_id = ? LIMIT 1", (str(budget.project_id),)
    )
    return bool(rows)


BUDGET = OpenedOnFirstUse(UNOPENED_BUDGET, KNOWN_PROJECT, _begin, _follow)


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


REACTIONS: tuple[Known | On, ...] = (
    KNOWN_PROJECT,
    KNOWN_PROGRAMME,
    KNOWN_PORTFOLIO,
    KNOWN_REQUEST,
    KNOWN_UNIT,
    KNOWN_PERSON,
    KNOWN_ROLE,
    erased_with_author("finance"),
    on(WorkPackage, EVERY, package_told, of_history=package_told),
    *commitments.REACTIONS,
    *draws.REACTIONS,
    *initiation.REACTIONS,
    *BUDGET.reactions(ActualCost, BudgetLine, Contract, Forecast, WorkPackage),
)

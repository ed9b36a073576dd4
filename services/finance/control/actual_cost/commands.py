"""What is checked of actual costs against the budget, what they belong to, and what they reverse."""

from collections.abc import Sequence
from typing import Any

from services.finance.budget.budget import commands as budgets
from services.finance.budget.budget import rules as budget_rules
from services.finance.control.actual_cost import initiation, rules
from services.finance.tables import KNOWN_PROJECT, KnownWorkPackage
from shared.contracts.finance.control import ActualCost
from shared.domain.acts import Acts, Standing, of_known_project, verbs
from shared.domain.days import refuse_future
from shared.domain.references import takes_new_of
from shared.domain.work import Work

STILL_OPEN = "UPDATE budget SET open = open WHERE id = ? AND open = 1 AND currency = ?"
STILL_IN = "UPDATE budget SET open = open WHERE id = ? AND currency = ?"


project_of = of_known_project(KNOWN_PROJECT)


async def standing(work: Work, cost: ActualCost) -> Standing | None:
    """A project that never was approved has no budget, which says more than its stage."""
    state_of_project = await project_of(work, cost)
    budget_rules.is_there(await budgets.current(work, cost.project_id))
    return state_of_project


ACTS = Acts(standing, rules.act)


def guard(cost: Any) -> str | None:
    """Of two who reverse the same cost at once only the first does."""
    return None if cost.reverses_id is None else f"reversals {cost.reverses_id}"


async def check(work: Work, cost: ActualCost) -> None:
    before = work.before(cost)
    if before is not None:
        rules.as_posted(cost, before)
    rules.signs(cost)
    refuse_future(work, cost.posted_on, "/posted_on")
    if before is None or before.archived_at is not None:
        await charge(work, cost)
    package = await takes_new_of(work, KnownWorkPackage, cost, "work_package_id")
    if package is not None:
        rules.belongs(cost, package.project_id)
    if cost.reverses_id is not None and (reversals := guard(cost)) is not None:
        await work.guard(reversals)
        rules.reverses(cost, await work.find_by_id(ActualCost, cost.reverses_id), await _reversed(work, cost))


async def charge(work: Work, cost: ActualCost) -> None:
    """To the project's budget: in its currency, and a new cost while it is open, also when this is committed.

    What an import tells was spent before the budget closed.
    """
    budget = budget_rules.is_there(await budgets.current(work, cost.project_id))
    budget_rules.may_charge(budget, cost.amount)
    is_new = work.before(cost) is None and rules.is_new_spending(cost) and "import" not in verbs(work, cost)
    if is_new:
        budget_rules.may_begin(budget)
        await initiation.refuse_beyond(work, cost)
    if not budgets.is_stored(work, budget):
        await budgets.hold(work, cost.project_id)
        return
    statement = STILL_OPEN if is_new else STILL_IN
    work.add_statement(statement, [(str(budget.id), cost.amount.currency)], expect=1, is_check=True)


async def carried(work: Work, cost: ActualCost) -> Sequence[ActualCost]:
    """A cost and what reverses it are archived, and restored, together; a reversal never goes by itself."""
    if cost.reverses_id is not None:
        if cost.archived_at is None:
            original = await work.find_by_id(ActualCost, cost.reverses_id)
            rules.goes_with_its_original(cost, original)
        return ()
    await work.guard(f"reversals {cost.id}")
    stored = await work.select(ActualCost, "reverses_id = ?", (str(cost.id),), archived=True)

    def concerns(other: ActualCost) -> bool:
        return other.reverses_id == cost.id and other.archived_at == cost.archived_at

    return work.with_staged(ActualCost, stored, concerns)


async def _reversed(work: Work, cost: ActualCost) -> int:
    """What other costs take back of the same one, in minor units; of a cost negative, of a credit positive."""
    standing = await work.select(ActualCost, "reverses_id = ?", (str(cost.reverses_id),))

    def concerns(other: ActualCost) -> bool:
        return other.reverses_id == cost.reverses_id and other.id != cost.id and other.archived_at is None

    return sum(other.amount.minor for other in work.with_staged(ActualCost, standing, concerns))

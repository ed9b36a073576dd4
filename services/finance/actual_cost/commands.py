"""What is checked of actual costs against the budget, what they belong to, and what they reverse."""

from typing import Any

from services.finance.actual_cost import rules
from services.finance.budget.rules import may_charge
from services.finance.contract.model import ContractRow
from services.finance.tables import KnownProject, KnownWorkPackage
from shared.base.ids import derived_id
from shared.contracts.finance import ActualCost, Budget
from shared.domain.days import refuse_future
from shared.domain.references import exists, heard_of
from shared.domain.work import Work

STILL_OPEN = "UPDATE budget SET open = open WHERE id = ? AND open = 1"


def guard(cost: Any) -> str | None:
    """Of two who reverse the same cost at once only the first does."""
    return None if cost.reverses_id is None else f"reversals {cost.reverses_id}"


async def check(work: Work, cost: ActualCost) -> None:
    before = work.before(cost)
    if before is not None:
        rules.as_posted(cost, before)
    rules.signs(cost)
    refuse_future(work, cost.posted_on, "/posted_on")
    await heard_of(work, KnownProject, cost.project_id, "/project_id")
    await charge(work, cost)
    package = await heard_of(work, KnownWorkPackage, cost.work_package_id, "/work_package_id")
    if package is not None:
        rules.belongs(cost, package[1])
    await exists(work, ContractRow, cost.contract_id, "/contract_id")
    if cost.reverses_id is not None and (reversals := guard(cost)) is not None:
        await work.guard(reversals)
        rules.reverses(cost, await work.known(ActualCost, cost.reverses_id), await _reversed(work, cost))


async def charge(work: Work, cost: ActualCost) -> None:
    """To the project's budget, which must be open, and still is when this is committed."""
    budget = await work.known(Budget, derived_id("budget", str(cost.project_id)))
    may_charge(budget, cost.amount)
    work.also(STILL_OPEN, [(str(derived_id("budget", str(cost.project_id))),)], expect=1)


async def _reversed(work: Work, cost: ActualCost) -> int:
    """What other costs take back of the same one, in minor units; negative."""
    standing = await work.select(ActualCost, "reverses_id = ?", (str(cost.reverses_id),))

    def concerns(other: ActualCost) -> bool:
        return other.reverses_id == cost.reverses_id and other.id != cost.id and other.archived_at is None

    return sum(other.amount.minor for other in work.as_left(ActualCost, standing, concerns))

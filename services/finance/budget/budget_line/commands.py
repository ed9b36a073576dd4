"""Checks of budget lines against copies of other services, and against their earlier state."""

from typing import Any

from services.finance.budget.budget_line import rules
from services.finance.tables import KNOWN_PROJECT
from shared.contracts.finance.budget import BudgetLine, BudgetLineApproved, BudgetState
from shared.contracts.language import Fact, plain
from shared.domain.acts import Acts, of_known_project
from shared.domain.register import is_revised
from shared.domain.work import Work

IMPORT = "finance.import"
ACTS = Acts(of_known_project(KNOWN_PROJECT), rules.act)


async def supply(work: Work, body: Any) -> dict[str, Any]:
    """A draft, unless another state is given."""
    return {"state": body.state or BudgetState.DRAFT}


async def check(work: Work, line: BudgetLine) -> None:
    """An import brings lines in as they stand elsewhere; by hand they move, and only drafts are revised."""
    rules.has_money_for_something(line)
    if IMPORT not in work.scopes:
        rules.has_a_nature(line)
        before = work.before(line)
        rules.state_is_moved_to(line, before)
        if before is not None and is_revised(
            line.model_copy(update={"forecast": before.forecast}), before
        ):  # what is expected of granted money changes all the time
            rules.may_be_revised(before.state)


def tell(line: BudgetLine, before: BudgetLine | None, body: Any) -> Fact:
    """An import that finds a line granted meanwhile tells it as the approval it was."""
    if before is None:
        return plain(BudgetLine, "created")
    if line.state is BudgetState.APPROVED and before.state is not BudgetState.APPROVED:
        return BudgetLineApproved()
    return plain(BudgetLine, "revised")

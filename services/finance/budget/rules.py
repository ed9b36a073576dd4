"""When a budget is open: from the approval of its project to the end; and what may be charged to it."""

from shared.base.errors import Conflict, Fault, Invalid
from shared.base.money import Money
from shared.contracts.finance import Budget, BudgetClosed, BudgetOpened
from shared.contracts.projects import Stage

RUNNING = (Stage.APPROVED, Stage.ACTIVE, Stage.ON_HOLD, Stage.CLOSING)
ENDED = (Stage.CLOSED, Stage.DISCONTINUED)


def was_approved(stage: Stage) -> bool:
    """Whether the stage shows an approval; a project may be discontinued without one."""
    return stage in RUNNING or stage is Stage.CLOSED


def open_(budget: Budget) -> BudgetOpened:
    budget.open = True
    return BudgetOpened()


def close(budget: Budget, stage: Stage) -> BudgetClosed:
    budget.open = False
    return BudgetClosed(reason=f"the project was {stage.value}")


def may_charge(budget: Budget | None, amount: Money) -> None:
    """Costs need an open budget, and are in its currency."""
    if budget is None:
        raise Conflict("the project was not approved: it has no budget", code="no_budget")
    if not budget.open:
        raise Conflict("the project has ended: its budget is closed", code="project_ended")
    if amount.currency != budget.currency:
        raise Invalid(
            f"the budget is in {budget.currency}",
            Fault("other_currency", "another currency", pointer="/amount/currency"),
        )

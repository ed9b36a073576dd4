"""When a budget is open: from the approval of its project to the end; what may be charged to it, in which currency."""

from collections.abc import Iterator

from shared.base.errors import Conflict, Fault, Invalid
from shared.base.money import Money
from shared.base.texts import Text
from shared.contracts.finance.budget import Budget, BudgetClosed, BudgetOpened
from shared.contracts.language import Fact, plain
from shared.contracts.projects.structure import Stage
from shared.domain.stages import ENDED, RUNNING


def open_(budget: Budget) -> BudgetOpened:
    budget.open = True
    return BudgetOpened()


def close(budget: Budget, stage: Stage) -> BudgetClosed:
    budget.open = False
    return BudgetClosed(reason=f"the project was {stage.value}")


def plan(budget: Budget, planned: Money | None, is_charged: bool) -> None:
    """The budget takes over the plan; its currency follows while nothing is charged, and says why where it stays."""
    budget.planned = planned
    budget.currency_reason = None
    if planned is None or planned.currency == budget.currency:
        return
    if is_charged:
        budget.currency_reason = f"the plan is in {planned.currency}; the budget stays in {budget.currency}, in which costs are charged"
    else:
        budget.currency = planned.currency


def follow(budget: Budget, stage: Stage, planned: Money | None, is_charged: bool) -> Iterator[Fact]:
    """What follows from a state of the project, fact by fact; a second time nothing does."""
    if budget.planned != planned:
        plan(budget, planned, is_charged)
        yield plain(Budget, "revised")
    if budget.open and stage in ENDED:
        yield close(budget, stage)
    elif not budget.open and stage in RUNNING:
        yield open_(budget)


def currency(planned: Money | None, reporting_currency: str) -> str:
    """The plan's, else the one the instance reports in."""
    return reporting_currency if planned is None else planned.currency


def is_there(budget: Budget | None) -> Budget:
    """The project was approved once; one that never was has no budget to charge."""
    if budget is None:
        raise Conflict("the project was not approved: it has no budget", code="no_budget")
    return budget


def may_charge(budget: Budget, amount: Money) -> None:
    """Costs are in the currency of the budget."""
    if amount.currency != budget.currency:
        raise Invalid(
            Text("the budget is in {currency}", currency=budget.currency),
            Fault("other_currency", "another currency", pointer="/amount/currency"),
        )


def may_begin(budget: Budget) -> None:
    """A new cost needs an open budget; what sets a posted one right does not."""
    if not budget.open:
        raise Conflict("the project has ended: its budget is closed", code="project_ended")

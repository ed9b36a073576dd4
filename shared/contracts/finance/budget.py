"""Budgets and their lines."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from shared.base.clock import FIRST_YEAR, LAST_YEAR
from shared.base.money import CurrencyCode, Money
from shared.contracts.language import Aggregate, Decided, Fact, Id, Line, Reasoned, aggregate, fact
from shared.contracts.members import (
    at_creation,
    code,
    filterable,
    names,
    optional_at_creation,
    sortable,
    unique,
)

FiscalYear = Annotated[int, Field(ge=FIRST_YEAR, le=LAST_YEAR, strict=True)]


class Nature(StrEnum):
    CAPEX = "capex"
    OPEX = "opex"


class BudgetState(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    APPROVED = "approved"


@aggregate("finance", "budgets", key="project_id", read_only=True)
class Budget(Aggregate):
    """A project's budget, opened when the project is approved; costs are refused once it is closed.

    Where an import brings a project in approved, the first cost, budget line, contract, forecast or work package opens it.

    Its currency is the plan's, and follows the plan while nothing is charged; `currency_reason` says why it stayed.
    """

    project_id: Annotated[Id, names("project"), unique, filterable]
    """The project whose money it is."""
    currency: Annotated[CurrencyCode, code, filterable]
    """Of the budget; costs are charged in it."""
    planned: Money | None = None
    """The approved planned cost of the project."""
    open: Annotated[bool, filterable] = True
    """Whether costs may be charged."""
    currency_reason: Line | None = None
    """Why it is in this currency although the plan is in another; null where they agree."""


@fact(Budget, "opened")
class BudgetOpened(Fact):
    """The project was approved."""


@fact(Budget, "closed")
class BudgetClosed(Fact):
    """The project ended; later costs are refused."""

    reason: Line
    """What ended the project."""


@aggregate("finance", "budget-lines", key="project_id")
class BudgetLine(Aggregate):
    """Money for a project (or a programme) in one fiscal year, as capital or operating expenditure.

    `nature` is null only where an imported source does not say it.
    """

    project_id: Annotated[Id | None, names("project"), filterable, at_creation] = None
    """The project the money is for; null where it is for a programme."""
    programme_id: Annotated[Id | None, names("programme"), filterable, at_creation] = None
    """The programme the money is for; null where it is for a project."""
    fiscal_year: Annotated[FiscalYear, sortable]
    """The year of the budget, as the organisation names it."""
    nature: Annotated[Nature | None, filterable] = None
    """Capital or operating expenditure."""
    amount: Annotated[Money, sortable]
    """How much is asked for, or granted."""
    cost_type: Line | None = None
    """What the money is spent on, in the organisation's words."""
    state: Annotated[BudgetState, sortable, optional_at_creation] = BudgetState.DRAFT
    """Draft, submitted for approval, or approved."""


@fact(BudgetLine, "submitted")
class BudgetLineSubmitted(Reasoned):
    """The line is up for approval."""


@fact(BudgetLine, "approved")
class BudgetLineApproved(Decided):
    """The line is granted."""


@fact(BudgetLine, "returned")
class BudgetLineReturned(Reasoned):
    """The line goes back to draft."""

"""What the finance service publishes: budget lines, forecasts, actual costs, vendors, contracts, earned value."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from shared.base.clock import FIRST_YEAR, LAST_YEAR
from shared.base.money import CurrencyCode, Money
from shared.contracts.language import Aggregate, Day, Fact, Id, Line, Prose, Reasoned, Shape, aggregate, fact
from shared.contracts.members import (
    at_creation,
    code,
    filterable,
    label,
    names,
    optional_at_creation,
    searched,
    sortable,
    sortable_as_written,
    stored,
    unique,
)

FiscalYear = Annotated[int, Field(ge=FIRST_YEAR, le=LAST_YEAR, strict=True)]
Country = Annotated[str, Field(pattern=r"^[A-Z]{2}$", examples=["CH"]), code]


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

    Its currency is the plan's, and follows the plan while nothing is charged; `currency_reason` says why it stayed.
    """

    project_id: Annotated[Id, names("project"), unique, filterable]
    currency: Annotated[CurrencyCode, code, filterable]
    planned: Money | None = None
    open: Annotated[bool, filterable] = True
    currency_reason: Line | None = None


@fact(Budget, "opened")
class BudgetOpened(Fact):
    """The project was approved."""


@fact(Budget, "closed")
class BudgetClosed(Fact):
    """The project ended; later costs are refused."""

    reason: Line


@aggregate("finance", "budget-lines", key="project_id")
class BudgetLine(Aggregate):
    """Money for a project (or a programme) in one fiscal year, as capital or operating expenditure.

    `nature` is null only where an imported source does not say it.
    """

    project_id: Annotated[Id | None, names("project"), filterable, at_creation] = None
    programme_id: Annotated[Id | None, names("programme"), filterable, at_creation] = None
    fiscal_year: Annotated[FiscalYear, sortable]
    nature: Annotated[Nature | None, filterable] = None
    amount: Annotated[Money, sortable]
    cost_type: Line | None = None
    state: Annotated[BudgetState, sortable, optional_at_creation] = BudgetState.DRAFT


@fact(BudgetLine, "submitted")
class BudgetLineSubmitted(Reasoned):
    """The line is up for approval."""


@fact(BudgetLine, "approved")
class BudgetLineApproved(Reasoned):
    """The line is granted."""


@fact(BudgetLine, "returned")
class BudgetLineReturned(Reasoned):
    """The line goes back to draft."""


@aggregate("finance", "forecasts", key="project_id")
class Forecast(Aggregate):
    """A forecast of a project's cost at completion, as of a day; the newest day counts."""

    project_id: Annotated[Id, names("project"), filterable, at_creation]
    forecast_on: Annotated[Day, sortable]
    at_completion: Annotated[Money, sortable]
    comment: Prose = ""


@aggregate("finance", "actual-costs", key="project_id")
class ActualCost(Aggregate):
    """Money spent on a project; a correction is a negative cost that names what it reverses."""

    project_id: Annotated[Id, names("project"), filterable, at_creation]
    work_package_id: Annotated[Id | None, names("work_package"), filterable] = None
    posted_on: Annotated[Day, sortable, at_creation]
    amount: Annotated[Money, sortable, at_creation]
    nature: Annotated[Nature, filterable, at_creation] = Nature.OPEX
    document: Line | None = None
    contract_id: Annotated[Id | None, names("contract"), filterable] = None
    reverses_id: Annotated[Id | None, names("actual_cost"), filterable, at_creation] = None


@aggregate("finance", "vendors")
class Vendor(Aggregate):
    """A supplier or subcontractor."""

    name: Annotated[Line, label, sortable, searched]
    country: Annotated[Country | None, sortable_as_written] = None
    description: Prose = ""


@aggregate("finance", "contracts")
class Contract(Aggregate):
    """An agreement with a vendor, on a project or a programme."""

    vendor_id: Annotated[Id | None, names("vendor"), filterable] = None
    project_id: Annotated[Id | None, names("project"), filterable, at_creation] = None
    programme_id: Annotated[Id | None, names("programme"), filterable, at_creation] = None
    number: Annotated[Line, code, sortable, searched]
    title: Annotated[Line, label, sortable, searched]
    description: Prose = ""
    kind: Line | None = None
    status: Line | None = None
    starts_on: Annotated[Day | None, sortable] = None
    ends_on: Annotated[Day | None, sortable] = None
    value: Annotated[Money | None, sortable] = None


class PlannedValue(Shape):
    """A point of the cumulative plan: what is planned to be earned by the end of the day."""

    on: Day
    value: Money


@aggregate("finance", "performances", key="project_id", read_only=True)
class Performance(Aggregate):
    """What a project's earned value is computed from, as finance keeps it.

    `plan` is the cumulative planned value, linear between its points, 0 before the first and BAC after the last: with
    it PV can be said for any day. SPI and CPI follow from PV, `earned` (EV) and `actual` (AC). `reasons` say why the
    `bac`, `pv`, `ev` or `ac` of the project is not known; the member then holds no more than what could be counted.
    """

    project_id: Annotated[Id, names("project"), unique, filterable]
    currency: Annotated[CurrencyCode, code, filterable]
    at_completion: Annotated[Money, stored]
    earned: Annotated[Money, stored]
    actual: Annotated[Money, stored]
    plan: Annotated[list[PlannedValue], Field(max_length=400)] = []
    reasons: dict[str, Line] = {}


@fact(Performance, "measured")
class PerformanceMeasured(Fact):
    """Progress or cost changed what a project has earned."""

    cause: Line

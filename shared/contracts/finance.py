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
class BudgetLineApproved(Reasoned):
    """The line is granted."""


@fact(BudgetLine, "returned")
class BudgetLineReturned(Reasoned):
    """The line goes back to draft."""


@aggregate("finance", "forecasts", key="project_id")
class Forecast(Aggregate):
    """A forecast of a project's cost at completion, as of a day; the newest day counts."""

    project_id: Annotated[Id, names("project"), filterable, at_creation]
    """The project that is forecast."""
    forecast_on: Annotated[Day, sortable]
    """The day on which this was expected."""
    at_completion: Annotated[Money, sortable]
    """The expected cost at completion (EAC)."""
    comment: Prose = ""
    """What the forecast rests on."""


@aggregate("finance", "actual-costs", key="project_id")
class ActualCost(Aggregate):
    """Money spent on a project; a correction is a negative cost that names what it reverses."""

    project_id: Annotated[Id, names("project"), filterable, at_creation]
    """The project that is charged."""
    work_package_id: Annotated[Id | None, names("work_package"), filterable] = None
    """The work package that is charged; null where it is the project as a whole."""
    posted_on: Annotated[Day, sortable, at_creation]
    """The day on which it was posted."""
    amount: Annotated[Money, sortable, at_creation]
    """What was spent; negative for a reversal."""
    nature: Annotated[Nature, filterable, at_creation] = Nature.OPEX
    """Capital or operating expenditure."""
    document: Line | None = None
    """The number of the invoice or of another document."""
    contract_id: Annotated[Id | None, names("contract"), filterable] = None
    """The contract under which it was spent."""
    reverses_id: Annotated[Id | None, names("actual_cost"), filterable, at_creation] = None
    """The cost that this one takes back, wholly or in part."""


@aggregate("finance", "vendors")
class Vendor(Aggregate):
    """A supplier or subcontractor."""

    name: Annotated[Line, label, sortable, searched]
    """The name of the company."""
    country: Annotated[Country | None, sortable_as_written] = None
    """Where it has its seat: two letters of ISO 3166-1."""
    description: Prose = ""
    """What it supplies, and whatever else is worth knowing."""


@aggregate("finance", "contracts")
class Contract(Aggregate):
    """An agreement with a vendor, on a project or a programme."""

    vendor_id: Annotated[Id | None, names("vendor"), filterable] = None
    """With whom it is made."""
    project_id: Annotated[Id | None, names("project"), filterable, at_creation] = None
    """The project it is for; null where it is for a programme or for neither."""
    programme_id: Annotated[Id | None, names("programme"), filterable, at_creation] = None
    """The programme it is for; null where it is for a project or for neither."""
    number: Annotated[Line, code, sortable, searched]
    """The organisation's number of the contract."""
    title: Annotated[Line, label, sortable, searched]
    """What it is about."""
    description: Prose = ""
    """What is delivered under it."""
    kind: Line | None = None
    """Its type, in the organisation's words, such as fixed price."""
    status: Line | None = None
    """Where it stands, in the organisation's words."""
    starts_on: Annotated[Day | None, sortable] = None
    """The first day of its term."""
    ends_on: Annotated[Day | None, sortable] = None
    """The last day of its term."""
    value: Annotated[Money | None, sortable] = None
    """The agreed price of all that is delivered."""


class PlannedValue(Shape):
    """A point of the cumulative plan: what is planned to be earned by the end of the day."""

    on: Day
    """At the end of this day."""
    value: Money
    """Planned value (PV) up to then."""


@aggregate("finance", "performances", key="project_id", read_only=True)
class Performance(Aggregate):
    """What a project's earned value is computed from, as finance keeps it.

    `plan` is the cumulative planned value, linear between its points, 0 before the first and BAC after the last: with
    it PV can be said for any day. SPI and CPI follow from PV, `earned` (EV) and `actual` (AC). `reasons` say why the
    `bac`, `pv`, `ev` or `ac` of the project is not known; the member then holds no more than what could be counted.

    A project is measured against the first approved plan. `current_at_completion` is the budget of the current plan, and
    `differing` counts the work packages that are planned otherwise by now.
    """

    project_id: Annotated[Id, names("project"), unique, filterable]
    """The project that is measured."""
    currency: Annotated[CurrencyCode, code, filterable]
    """Of all amounts here."""
    at_completion: Annotated[Money, stored]
    """Budget at completion (BAC)."""
    earned: Annotated[Money, stored]
    """Earned value (EV)."""
    actual: Annotated[Money, stored]
    """Actual cost (AC)."""
    current_at_completion: Money | None = None
    """Budget at completion of the current plan; null where it is not known."""
    differing: Annotated[int, Field(ge=0)] = 0
    """How many work packages have a current plan other than the approved one."""
    plan: Annotated[list[PlannedValue], Field(max_length=400)] = []
    """Points of the cumulative plan, the earliest first."""
    reasons: dict[str, Line] = {}
    """Why a figure is not known, by its name (`bac`, `pv`, `ev`, `ac`)."""


class PlannedSpan(Shape):
    """A budget planned evenly over the days from the first to the last; one below zero takes a plan back."""

    starts_on: Day
    """The first day."""
    finishes_on: Day
    """The last day."""
    budget: Money
    """What is planned to be earned over these days."""


class Contribution(Shape):
    """What a fact adds to the sums of a project from a day on, in one currency; what is below zero is taken back.

    The figures of a day are the sums of all contributions that count from that day or before. `packages` counts work
    packages with a budget, `undated` those of them without planned dates, `differing` those whose current plan is not
    the approved one.
    """

    counts_from: Day
    """The day from which on it counts."""
    at_completion: Money
    """Budget at completion (BAC) of the approved plan."""
    earned: Money
    """Earned value (EV)."""
    actual: Money
    """Actual cost (AC)."""
    current_at_completion: Money
    """Budget at completion of the current plan."""
    packages: int = 0
    """Work packages with a budget."""
    undated: int = 0
    """Those of them without planned dates."""
    differing: int = 0
    """Those whose current plan is not the approved one."""
    plan: list[PlannedSpan] = []
    """What is added to the plan, span by span."""


@fact(Performance, "measured")
class PerformanceMeasured(Fact):
    """Progress, cost or plan changed what a project is measured by.

    A fact told late counts from its own day: `contributions` say from which, the state says the sums of all.
    """

    cause: Line
    """The type of the event that changed it."""
    contributions: list[Contribution] = []
    """What the change adds to the sums, and from which day on."""

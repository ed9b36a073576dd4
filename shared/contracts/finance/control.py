"""Actual costs, forecasts, and what is measured of a project (earned value)."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from shared.base.money import CurrencyCode, Money
from shared.contracts.finance.budget import Nature
from shared.contracts.language import Aggregate, Day, Fact, Id, Line, Prose, Shape, aggregate, fact
from shared.contracts.members import at_creation, code, filterable, names, sortable, stored, unique


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
    """Money spent on a project. A negative cost gives some of it back: it names what it reverses, or is a credit with its
    document.
    """

    project_id: Annotated[Id, names("project"), filterable, at_creation]
    """The project that is charged."""
    work_package_id: Annotated[Id | None, names("work_package"), filterable] = None
    """The work package that is charged; null where it is the project as a whole."""
    posted_on: Annotated[Day, sortable, at_creation]
    """The day on which it was posted."""
    amount: Annotated[Money, sortable, at_creation]
    """What was spent; negative where money comes back."""
    nature: Annotated[Nature, filterable, at_creation] = Nature.OPEX
    """Capital or operating expenditure."""
    document: Line | None = None
    """The number of the invoice, the credit note or another document; a credit that reverses no single cost needs it."""
    contract_id: Annotated[Id | None, names("contract"), filterable] = None
    """The contract under which it was spent."""
    reverses_id: Annotated[Id | None, names("actual_cost"), filterable, at_creation] = None
    """The cost, or the credit, that this one takes back, wholly or in part."""


class PlannedValue(Shape):
    """A point of the cumulative plan: what is planned to be earned by the end of the day."""

    on: Day
    """At the end of this day."""
    value: Money
    """Planned value (PV) up to then."""


class BacFrom(StrEnum):
    """What the budget at completion follows: the work packages as they are planned, or the approved baseline. A project that
    was approved before there were baselines keeps the plan of that day until its first one."""

    PACKAGES = "packages"
    APPROVED_PLAN = "approved_plan"
    BASELINE = "baseline"


@aggregate("finance", "performances", key="project_id", read_only=True)
class Performance(Aggregate):
    """What a project's earned value is computed from, as finance keeps it.

    `plan` is the cumulative planned value, linear between its points, 0 before the first and BAC after the last: with
    it PV can be said for any day. SPI and CPI follow from PV, `earned` (EV) and `actual` (AC). `reasons` say why the
    `bac`, `bac_current`, `pv`, `ev` or `ac` of the project is not known; the member then holds no more than what could be counted.

    A project is measured against its approved baseline, and before there is one against its work packages as they are
    planned: `bac_from` says which. `current_at_completion` is the budget of the current plan, and `differing` counts the
    work packages that are planned otherwise by now.
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
    bac_from: BacFrom = BacFrom.PACKAGES
    """What BAC follows: the work packages, or the approved baseline."""
    baseline_id: Annotated[Id | None, names("baseline", checked=False)] = None
    """The baseline that BAC moves with; null before there is one."""
    plan: Annotated[list[PlannedValue], Field(max_length=400)] = []
    """Points of the cumulative plan, the earliest first."""
    reasons: dict[str, Line] = {}
    """Why a figure is not known, by its name (`bac`, `bac_current`, `pv`, `ev`, `ac`)."""


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

    A fact that arrives late counts from its own day. `contributions` say from which day, and the state has
    the sums of all.
    """

    cause: Line
    """The type of the event that changed it."""
    contributions: list[Contribution] = []
    """What the change adds to the sums, and from which day on."""

"""What the projects service publishes: portfolios, programmes, projects and work packages."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from shared.base.money import Money
from shared.contracts.language import (
    Aggregate,
    Code,
    Day,
    Fact,
    Id,
    Line,
    Percent,
    Prose,
    Reasoned,
    Shape,
    aggregate,
    fact,
)
from shared.contracts.members import (
    at_creation,
    code,
    filterable,
    label,
    names,
    not_given,
    optional_at_creation,
    searched,
    sortable,
    unique,
)


class Thresholds(Shape):
    """From where on a project's health is amber or red; percentages of plan and days late, as positive numbers."""

    cost_amber_pct: Annotated[float, Field(ge=0, le=1000, allow_inf_nan=False)] = 5
    cost_red_pct: Annotated[float, Field(ge=0, le=1000, allow_inf_nan=False)] = 10
    time_amber_days: Annotated[int, Field(ge=0, le=36500)] = 30
    time_red_days: Annotated[int, Field(ge=0, le=36500)] = 90


@aggregate("projects", "portfolios", scope=("id",))
class Portfolio(Aggregate):
    """A collection of programmes and projects that are steered together; portfolios form a hierarchy."""

    name: Annotated[Line, label, sortable, searched]
    description: Prose = ""
    parent_id: Annotated[Id | None, names("portfolio"), filterable] = None
    owner_id: Annotated[Id | None, names("person"), filterable] = None
    thresholds: Thresholds | None = None


@aggregate("projects", "programmes", scope=("id",))
class Programme(Aggregate):
    """Related projects (and other work) that are managed together for a common benefit."""

    name: Annotated[Line, label, sortable, searched]
    description: Prose = ""
    portfolio_id: Annotated[Id | None, names("portfolio"), filterable] = None
    manager_id: Annotated[Id | None, names("person"), filterable] = None


class Stage(StrEnum):
    """Where a project stands in its life; its phase within the method is a field apart."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    ACTIVE = "active"
    ON_HOLD = "on_hold"
    CLOSING = "closing"
    CLOSED = "closed"
    DISCONTINUED = "discontinued"


@aggregate("projects", "projects", scope=("id",))
class Project(Aggregate):
    """A temporary endeavour with a start, an end, a budget and an outcome.

    `planned_cost` is the approved plan, `forecast_cost` the forecast at completion; both are the project's own
    statement (finance holds budget lines, actual costs and dated forecasts). `lifecycle_cost` is the whole-life cost
    of what the project makes.
    """

    code: Annotated[Code, unique, sortable, searched, optional_at_creation]
    name: Annotated[Line, label, sortable, searched]
    description: Prose = ""
    stage: Annotated[Stage, sortable, optional_at_creation] = Stage.PROPOSED
    phase: Line | None = None
    portfolio_id: Annotated[Id | None, names("portfolio"), filterable] = None
    programme_id: Annotated[Id | None, names("programme"), filterable] = None
    sponsor_id: Annotated[Id | None, names("person")] = None
    manager_id: Annotated[Id | None, names("person"), filterable] = None
    planned_start_on: Annotated[Day | None, sortable] = None
    planned_finish_on: Annotated[Day | None, sortable] = None
    forecast_start_on: Day | None = None
    forecast_finish_on: Day | None = None
    actual_start_on: Day | None = None
    actual_finish_on: Day | None = None
    planned_cost: Money | None = None
    forecast_cost: Money | None = None
    lifecycle_cost: Money | None = None


@fact(Project, "approved")
class ProjectApproved(Reasoned):
    """The sponsor's body agreed that the project be done."""


@fact(Project, "activated")
class ProjectActivated(Reasoned):
    """Work began."""


@fact(Project, "put_on_hold")
class ProjectPutOnHold(Reasoned):
    """Work is suspended."""


@fact(Project, "resumed")
class ProjectResumed(Reasoned):
    """Work goes on after a hold."""


@fact(Project, "closing_started")
class ProjectClosingStarted(Reasoned):
    """The outcome is handed over; what is left is closure."""


@fact(Project, "closed")
class ProjectClosed(Reasoned):
    """The project ended as planned."""


@fact(Project, "discontinued")
class ProjectDiscontinued(Reasoned):
    """The project was stopped before its end."""


@fact(Project, "imported")
class ProjectImported(Fact):
    """Another system's record arrived at a stage; reactions treat it as the moves that lead there."""

    stage: Stage
    previous_stage: Stage | None = None


class WorkPackageState(StrEnum):
    PLANNED = "planned"
    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"


Wbs = Annotated[str, Field(pattern=r"^[1-9][0-9]{0,3}(\.[1-9][0-9]{0,3}){0,9}$", examples=["1.2.3"]), code]


@aggregate("projects", "work-packages", key="project_id")
class WorkPackage(Aggregate):
    """A node of the work breakdown structure; leaves carry budget, dates and progress."""

    project_id: Annotated[Id, names("project"), filterable, at_creation]
    parent_id: Annotated[Id | None, names("work_package"), filterable] = None
    wbs: Annotated[Wbs, sortable, searched]
    name: Annotated[Line, label, sortable, searched]
    description: Prose = ""
    owner_id: Annotated[Id | None, names("person")] = None
    budget: Money | None = None
    planned_start_on: Day | None = None
    planned_finish_on: Day | None = None
    state: Annotated[WorkPackageState, filterable, not_given] = WorkPackageState.PLANNED
    percent_complete: Annotated[Percent, sortable, not_given] = 0


class Progress(Shape):
    """How much of the work package is done."""

    percent_complete: Percent


@fact(WorkPackage, "progressed")
class WorkPackageProgressed(Fact):
    """Progress was reported."""

    percent_complete: Percent
    previous_percent_complete: Percent

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


class Thresholds(Shape):
    """From where on a project's health is amber or red; percentages of plan and days late, as positive numbers."""

    cost_amber_pct: Annotated[float, Field(ge=0, le=1000, allow_inf_nan=False)] = 5
    cost_red_pct: Annotated[float, Field(ge=0, le=1000, allow_inf_nan=False)] = 10
    time_amber_days: Annotated[int, Field(ge=0, le=36500)] = 30
    time_red_days: Annotated[int, Field(ge=0, le=36500)] = 90


@aggregate("projects", "portfolios")
class Portfolio(Aggregate):
    """A collection of programmes and projects that are steered together; portfolios form a hierarchy."""

    name: Line
    description: Prose = ""
    parent_id: Id | None = None
    owner_id: Id | None = None
    thresholds: Thresholds | None = None


@aggregate("projects", "programmes")
class Programme(Aggregate):
    """Related projects (and other work) that are managed together for a common benefit."""

    name: Line
    description: Prose = ""
    portfolio_id: Id | None = None
    manager_id: Id | None = None


class Stage(StrEnum):
    """Where a project stands in its life; its phase within the method is a field apart."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    ACTIVE = "active"
    ON_HOLD = "on_hold"
    CLOSING = "closing"
    CLOSED = "closed"
    DISCONTINUED = "discontinued"


@aggregate("projects", "projects")
class Project(Aggregate):
    """A temporary endeavour with a start, an end, a budget and an outcome.

    `planned_cost` is the approved plan, `forecast_cost` the forecast at completion; both are the project's own
    statement (finance holds budget lines, actual costs and dated forecasts). `lifecycle_cost` is the whole-life cost
    of what the project makes.
    """

    code: Code
    name: Line
    description: Prose = ""
    stage: Stage = Stage.PROPOSED
    phase: Line | None = None
    portfolio_id: Id | None = None
    programme_id: Id | None = None
    sponsor_id: Id | None = None
    manager_id: Id | None = None
    planned_start_on: Day | None = None
    planned_finish_on: Day | None = None
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


@aggregate("projects", "work-packages", key="project_id")
class WorkPackage(Aggregate):
    """A node of the work breakdown structure; leaves carry budget, dates and progress."""

    project_id: Id
    parent_id: Id | None = None
    wbs: Annotated[str, Field(pattern=r"^[1-9][0-9]{0,3}(\.[1-9][0-9]{0,3}){0,9}$", examples=["1.2.3"])]
    name: Line
    description: Prose = ""
    owner_id: Id | None = None
    budget: Money | None = None
    planned_start_on: Day | None = None
    planned_finish_on: Day | None = None
    percent_complete: Percent = 0
    state: WorkPackageState = WorkPackageState.PLANNED


@fact(WorkPackage, "progressed")
class WorkPackageProgressed(Fact):
    """Progress was reported."""

    percent_complete: Percent
    previous_percent_complete: Percent

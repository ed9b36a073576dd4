"""The public shapes of the project dashboards."""

from typing import Any

from pydantic import ConfigDict, Field

from shared.base.money import Money
from shared.contracts.language import AnswerShape, Day, ExternalRef, Id, Shape
from shared.contracts.projects.structure import Stage
from shared.http.paging import PageShape

Reasons = dict[str, str]
"""Figure -> why it is null."""


class Named(Shape):
    """A resource by id and name."""

    id: Id
    """Its id."""
    name: str | None = None
    """Its name; null where it is not known here."""


class ProjectRef(Shape):
    """A project by its names."""

    id: Id
    """Its id."""
    code: str
    """Its code."""
    name: str
    """Its name."""
    external_ref: ExternalRef | None = None
    """Its key in the system that it came from."""


class Cost(Shape):
    """Plan, forecast at completion, actual; variance = plan - forecast, favourable when positive."""

    planned: Money | None
    """The approved cost at completion."""
    forecast: Money | None
    """The cost at completion, as expected on the day."""
    actual: Money | None
    """What was spent up to the day."""
    variance: Money | None
    """Plan less forecast: below zero is over plan."""
    variance_pct: str | None = Field(description="Percent of plan, two decimals, half-even.")
    lifecycle: Money | None
    """The whole-life cost of what the project makes, as the project says it."""
    reasons: Reasons
    """Why a figure is null, by its name."""


class ScheduleFigures(Shape):
    """Variance in days: planned - actual, or - the later of forecast and the as-of day; below zero is late.

    Without a forecast it is known once the planned finish has passed, or the planned start of an approved one that
    has not begun. Then it is late by at least that. `start_variance_days` says the same of the start. The time health
    is judged by the finish, and by the start too while an approved project has not begun.
    """

    planned_start_on: Day | None
    """The first day of work, as approved."""
    planned_finish_on: Day | None
    """The day of completion, as approved."""
    forecast_start_on: Day | None
    """The first day of work, as expected."""
    forecast_finish_on: Day | None
    """The day of completion, as expected."""
    actual_start_on: Day | None
    """The day on which work began."""
    actual_finish_on: Day | None
    """The day on which it was completed."""
    variance_days: int | None
    """Days between the planned finish and the actual or expected one: below zero is late."""
    start_variance_days: int | None
    """Days between the planned start and the actual or expected one: below zero is late."""
    reasons: Reasons
    """Why a figure is null, by its name."""


class EarnedValue(Shape):
    """Earned value as of the day, against the first approved plan; SPI = EV / PV, CPI = EV / AC."""

    bac: Money | None
    """Budget at completion."""
    bac_current: Money | None = Field(description="Budget at completion of the current plan.")
    pv: Money | None
    """Planned value."""
    ev: Money | None
    """Earned value."""
    ac: Money | None
    """Actual cost."""
    spi: str | None
    """Schedule performance index: EV / PV."""
    cpi: str | None
    """Cost performance index: EV / AC."""
    plan_differs: bool = Field(description="Whether the current plan is not the first approved one.")
    reasons: Reasons
    """Why a figure is null, by its name."""


class ProjectRating(Shape):
    """The newest assessment of the project that is not dated after the day."""

    rating: int | None
    """From 1 (high risk) to 5 (low risk); null where the assessment gives none, and its comment says why."""
    rated_on: Day
    """The day of the rating."""


class Health(Shape):
    """green, amber or red, by dimension, with the reasons; where nothing is known, overall is green and says so."""

    overall: str
    """The worst of the dimensions that are known."""
    cost: str | None
    """By the cost variance; null where it is not known."""
    time: str | None
    """By the schedule variance; null where it is not known."""
    risk: str | None
    """By the open threats; null where nothing is known of risks."""
    reasons: list[str]
    """What made it so, as codes."""


class ProjectFigures(AnswerShape):
    """A project as the dashboards show it, as of a day."""

    model_config = ConfigDict(title="ProjectFigures")

    project: ProjectRef
    """Which project."""
    portfolio: Named | None
    """The portfolio it belongs to."""
    programme_id: Id | None
    """The programme it is part of."""
    stage: Stage
    """Where it stands in its life."""
    archived: bool
    """Whether it is archived: it is out of lists and counts, and in the sums."""
    cost: Cost
    """Its cost figures."""
    schedule: ScheduleFigures
    """Its dates, and how late it is."""
    earned_value: EarnedValue
    """Its earned value."""
    health: Health
    """Whether it needs attention, and why."""
    rating: ProjectRating | None
    """How somebody accountable rated it last; null where nobody did."""
    as_of: Day
    """The day of the figures."""
    positions: dict[str, str]
    """Up to where each source was read: topic and partition, with the position."""


class StaleReference(AnswerShape):
    """Something of a project that names what is not there any more, or not known: nothing new may name it."""

    aggregate_type: str
    """What names it, such as `risk`."""
    id: Id
    """The id of what names it."""
    member: str
    """The member that names it, such as `owner_id`."""
    named_type: str
    """What is named, such as `person`."""
    named_id: Id
    """The id of what is named."""
    state: str = Field(
        description="`archived`, `erased`, or `unknown` where nothing has been heard of it by the day."
    )


class ProjectSheet(ProjectFigures):
    """The figures of a project, with everything they rest on."""

    model_config = ConfigDict(title="ProjectSheet")

    stale_references: list[StaleReference]
    """What of the project names what is archived, erased or not known: a manager who left, an archived contract."""
    details: dict[str, list[dict[str, Any]]]
    """What belongs to the project and is not archived, by type, as the services answer it."""


class ProjectFiguresPage(PageShape):
    """Projects with cost, schedule, value and health."""

    items: list[ProjectFigures]
    """The projects of this page."""

"""The public shapes of the project dashboards."""

from pydantic import BaseModel, ConfigDict, Field

from shared.base.money import Money
from shared.contracts.language import Day, ExternalRef, Id, Shape
from shared.contracts.projects import Stage
from shared.http.paging import PageShape

Reasons = dict[str, str]
"""Figure -> why it is null."""


class Named(Shape):
    """A resource by id and name."""

    id: Id
    name: str | None = None


class ProjectRef(Shape):
    """A project by its names."""

    id: Id
    code: str
    name: str
    external_ref: ExternalRef | None = None


class Cost(Shape):
    """Plan, forecast at completion, actual; variance = plan - forecast, favourable when positive."""

    planned: Money | None
    forecast: Money | None
    actual: Money | None
    variance: Money | None
    variance_pct: str | None = Field(description="Percent of plan, two decimals, half-even.")
    reasons: Reasons


class ScheduleFigures(Shape):
    """Variance in days: planned - actual, or - the later of forecast and the as-of day; below zero is late.

    Without a forecast it is known once the planned finish has passed, or the planned start of an approved one that
    has not begun: then it is late by at least that. `start_variance_days` says the same of the start. The time health
    is judged by the finish, and by the start too while an approved project has not begun.
    """

    planned_start_on: Day | None
    planned_finish_on: Day | None
    forecast_start_on: Day | None
    forecast_finish_on: Day | None
    actual_start_on: Day | None
    actual_finish_on: Day | None
    variance_days: int | None
    start_variance_days: int | None
    reasons: Reasons


class EarnedValue(Shape):
    """Earned value as of the day; SPI = EV / PV, CPI = EV / AC."""

    bac: Money | None
    pv: Money | None
    ev: Money | None
    ac: Money | None
    spi: str | None
    cpi: str | None
    reasons: Reasons


class Health(Shape):
    """green, amber or red, by dimension, with the reasons; where nothing is known, overall is green and says so."""

    overall: str
    cost: str | None
    time: str | None
    risk: str | None
    reasons: list[str]


class ProjectFigures(BaseModel):
    """A project as the dashboards show it, as of a day."""

    model_config = ConfigDict(title="ProjectFigures")

    project: ProjectRef
    portfolio: Named | None
    programme_id: Id | None
    stage: Stage
    cost: Cost
    schedule: ScheduleFigures
    earned_value: EarnedValue
    health: Health
    as_of: Day
    positions: dict[str, str]


class ProjectFiguresPage(PageShape):
    items: list[ProjectFigures]

"""The public shape of computed earned value."""

from pydantic import Field

from shared.base.money import Money
from shared.contracts.finance.control import BacFrom
from shared.contracts.language import AnswerShape, Day, Id


class EarnedValueAnswer(AnswerShape):
    """Earned value of a project at the end of a day; what cannot be said is null, and `reasons` say why."""

    project_id: Id
    """The project that is measured."""
    as_of: Day
    """The day at whose end it is measured."""
    bac: Money | None
    """Budget at completion."""
    bac_from: BacFrom
    """What BAC followed by then: the work packages as they were planned, or the approved baseline."""
    baseline_id: Id | None
    """The approved baseline that BAC moves with; null before there is one."""
    pv: Money | None
    """Planned value."""
    ev: Money | None
    """Earned value."""
    ac: Money | None
    """Actual cost."""
    sv: Money | None
    """Schedule variance: EV - PV."""
    cv: Money | None
    """Cost variance: EV - AC."""
    spi: str | None = Field(description="EV / PV.")
    cpi: str | None = Field(description="EV / AC.")
    eac_at_cpi: Money | None
    """Estimate at completion at the cost performance so far: BAC / CPI."""
    eac_at_budget: Money | None
    """Estimate at completion with the rest at budget: AC + BAC - EV."""
    eac_at_cpi_spi: Money | None
    """Estimate at completion at cost and schedule performance: AC + (BAC - EV) / (CPI x SPI)."""
    eac_bottom_up: Money | None
    """Estimate at completion as forecast by the project: its newest forecast."""
    eac: Money | None = Field(description="At the cost performance so far: BAC / CPI.")
    etc: Money | None
    """Estimate to complete: EAC - AC."""
    vac: Money | None
    """Variance at completion: BAC - EAC."""
    tcpi_bac: str | None
    """Cost performance needed from now on to keep BAC."""
    tcpi_eac: str | None
    """Cost performance needed from now on to keep EAC."""
    bac_current: Money | None = Field(description="The budget at completion of the current plan.")
    plan_differs: bool = Field(
        description="Whether the current plan is not the agreed one, which all other figures are measured by."
    )
    reasons: dict[str, str]
    """Why a figure is null, by its name."""

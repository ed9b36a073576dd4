"""The public shape of computed earned value."""

from pydantic import BaseModel, Field

from shared.base.money import Money
from shared.contracts.language import Day, Id


class EarnedValueAnswer(BaseModel):
    """Earned value of a project at the end of a day; what cannot be said is null, and `reasons` say why."""

    project_id: Id
    as_of: Day
    bac: Money | None
    pv: Money | None
    ev: Money | None
    ac: Money | None
    sv: Money | None
    cv: Money | None
    spi: str | None = Field(description="EV / PV.")
    cpi: str | None = Field(description="EV / AC.")
    eac_at_cpi: Money | None
    eac_at_budget: Money | None
    eac_at_cpi_spi: Money | None
    eac_bottom_up: Money | None
    eac: Money | None = Field(description="At the cost performance so far: BAC / CPI.")
    etc: Money | None
    vac: Money | None
    tcpi_bac: str | None
    tcpi_eac: str | None
    reasons: dict[str, str]

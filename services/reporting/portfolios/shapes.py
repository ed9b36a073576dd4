"""The public shapes of the portfolio overview."""

from typing import Annotated

from pydantic import BaseModel, Field

from shared.base.money import Money
from shared.contracts.language import Day, Id

WithoutInformation = Annotated[
    int,
    Field(
        description="Projects of which neither cost, time nor a threat tells anything; `by_health` counts them green."
    ),
]


class Counts(BaseModel):
    projects: int
    by_stage: dict[str, int]
    by_health: dict[str, int]


class CostSums(BaseModel):
    """Sums in the reporting currency, or in the one the amounts share; null with the reason where there is no rate."""

    planned: Money | None
    forecast: Money | None
    actual: Money | None
    variance: Money | None
    variance_pct: str | None = Field(description="Of the plans that have a variance.")
    reasons: dict[str, str]


class PortfolioRef(BaseModel):
    id: Id
    name: str
    parent_id: Id | None


class PortfolioSummary(BaseModel):
    """A portfolio with everything under it."""

    portfolio: PortfolioRef
    counts: Counts
    without_information: WithoutInformation
    cost: CostSums = Field(description="Over projects of every stage that is asked for, proposals included.")
    cost_by_stage: dict[str, CostSums] = Field(
        description="The same sums stage by stage; they add up to `cost`."
    )
    as_of: Day


class Total(BaseModel):
    counts: Counts
    without_information: WithoutInformation
    cost: CostSums = Field(description="Over projects of every stage that is asked for, proposals included.")
    cost_by_stage: dict[str, CostSums] = Field(
        description="The same sums stage by stage; they add up to `cost`."
    )
    as_of: Day


class PortfolioOverviewPage(BaseModel):
    """All portfolios by name, and the total of all projects."""

    items: list[PortfolioSummary]
    total: Total
    positions: dict[str, str]

"""The public shapes of the portfolio overview."""

from typing import Annotated

from pydantic import Field

from shared.base.money import Money
from shared.contracts.language import AnswerShape, Day, Id

WithoutInformation = Annotated[
    int,
    Field(
        description="Projects of which neither cost, time nor a threat tells anything; `by_health` counts them green."
    ),
]


class Counts(AnswerShape):
    projects: int
    """How many there are that are not archived."""
    archived: int
    """How many more are archived: they stay in the sums, and in no other count."""
    by_stage: dict[str, int]
    """How many are at each stage."""
    by_health: dict[str, int]
    """How many have each health."""


class CostSums(AnswerShape):
    """Sums in the reporting currency, or in the one the amounts share; null with the reason where there is no rate."""

    planned: Money | None
    """The sum of approved costs at completion."""
    forecast: Money | None
    """The sum of expected costs at completion."""
    actual: Money | None
    """The sum of what was spent."""
    variance: Money | None
    """Plan less forecast, of projects that have both."""
    variance_pct: str | None = Field(description="Of the plans that have a variance.")
    reasons: dict[str, str]
    """Why a sum is null, by its name."""


class PortfolioRef(AnswerShape):
    id: Id
    """Its id."""
    name: str
    """Its name."""
    parent_id: Id | None
    """The portfolio above it."""


class PortfolioSummary(AnswerShape):
    """A portfolio with everything under it."""

    portfolio: PortfolioRef
    """Which portfolio."""
    counts: Counts
    """How many projects are in it."""
    without_information: WithoutInformation
    cost: CostSums = Field(
        description="Over projects of every stage that is asked for, proposals and archived ones included."
    )
    cost_by_stage: dict[str, CostSums] = Field(
        description="The same sums stage by stage; they add up to `cost`."
    )
    as_of: Day
    """The day of the figures."""


class Total(AnswerShape):
    counts: Counts
    """How many projects there are."""
    without_information: WithoutInformation
    cost: CostSums = Field(
        description="Over projects of every stage that is asked for, proposals and archived ones included."
    )
    cost_by_stage: dict[str, CostSums] = Field(
        description="The same sums stage by stage; they add up to `cost`."
    )
    as_of: Day
    """The day of the figures."""

"""What steers projects: portfolios and programmes."""

from typing import Annotated

from pydantic import Field

from shared.contracts.language import Aggregate, Id, Line, Prose, Shape, aggregate
from shared.contracts.members import filterable, label, names, searched, sortable


class Thresholds(Shape):
    """From where on a project's health is amber or red; percentages of plan and days late, as positive numbers."""

    cost_amber_pct: Annotated[float, Field(ge=0, le=1000, allow_inf_nan=False)] = 5
    """Cost is amber from so many per cent over plan."""
    cost_red_pct: Annotated[float, Field(ge=0, le=1000, allow_inf_nan=False)] = 10
    """Cost is red from so many per cent over plan."""
    time_amber_days: Annotated[int, Field(ge=0, le=36500)] = 30
    """Time is amber from so many days late."""
    time_red_days: Annotated[int, Field(ge=0, le=36500)] = 90
    """Time is red from so many days late."""


@aggregate("projects", "portfolios", scope=("id",))
class Portfolio(Aggregate):
    """A collection of programmes and projects that are steered together; portfolios form a hierarchy."""

    name: Annotated[Line, label, sortable, searched]
    """By which people know it."""
    description: Prose = ""
    """What belongs into the portfolio, and to what end."""
    parent_id: Annotated[Id | None, names("portfolio"), filterable] = None
    """The portfolio above this one; null at the top."""
    owner_id: Annotated[Id | None, names("person"), filterable] = None
    """The person who is accountable for it."""
    thresholds: Thresholds | None = None
    """From where on health is amber or red in it; null: 5 and 10 per cent, 30 and 90 days."""
    confidential: bool = False
    """Whether only those see it, and everything below it, who are members there or above; others cannot tell that it is
    there."""


@aggregate("projects", "programmes", scope=("id",))
class Programme(Aggregate):
    """Related projects (and other work) that are managed together for a common benefit."""

    name: Annotated[Line, label, sortable, searched]
    """By which people know it."""
    description: Prose = ""
    """The benefit for which its projects are managed together."""
    portfolio_id: Annotated[Id | None, names("portfolio"), filterable] = None
    """The portfolio it belongs to."""
    manager_id: Annotated[Id | None, names("person"), filterable] = None
    """The person who manages it."""
    confidential: bool = False
    """Whether only those see it, and everything below it, who are members there or above; others cannot tell that it is
    there."""

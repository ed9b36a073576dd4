"""What holds for a period in finance: the rates at which work is reckoned."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from shared.base.money import Money
from shared.contracts.language import Aggregate, Day, Id, Line, aggregate
from shared.contracts.members import at_creation, filterable, names, sortable


class RateKind(StrEnum):
    """Cost: what the work costs the organisation. Charge: what it is charged to a customer at."""

    COST = "cost"
    CHARGE = "charge"


class RatePer(StrEnum):
    HOUR = "hour"
    DAY = "day"


@aggregate("finance", "rate-cards", visibility="restricted")
class RateCard(Aggregate):
    """What an hour or a day of somebody's work costs or is charged at, over a period (both days inclusive).

    A card holds for whom all its criteria fit: person, vendor, role, grade and location. One without criteria holds for
    everybody. Of several on a day, the most specific counts.
    """

    person_id: Annotated[Id | None, names("person"), filterable, at_creation] = None
    """The person it holds for; null where it holds for everybody whom the rest fits."""
    vendor_id: Annotated[Id | None, names("vendor"), filterable] = None
    """The supplier it holds for; null where it holds for any, and for internals."""
    role_id: Annotated[Id | None, names("role"), filterable] = None
    """The role it holds for; null where it holds for any."""
    grade: Annotated[Line | None, filterable] = None
    """The level of experience or of pay it holds for, in the organisation's words; null where it holds for any."""
    location: Annotated[Line | None, filterable] = None
    """The place of work it holds for; null where it holds for any."""
    kind: Annotated[RateKind, filterable] = RateKind.COST
    """Whether it says what the work costs, or what it is charged at."""
    per: Annotated[RatePer, filterable] = RatePer.HOUR
    """Whether the amount is for an hour or for a day."""
    amount: Annotated[Money, sortable]
    """The rate."""
    valid_from: Annotated[Day, Field(examples=["2035-01-01"]), sortable]
    """The first day on which it counts."""
    valid_until: Annotated[Day | None, sortable] = None
    """The last day on which it counts; null while no end is agreed."""

"""Allocations: who works on which project, when and how much."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from shared.contracts.language import Aggregate, Day, Id, Line, Reasoned, TimeFact, aggregate, fact
from shared.contracts.members import at_creation, filterable, names, not_given, optional_at_creation, sortable


class Commitment(StrEnum):
    """Soft: confirmed, may still move. Hard: committed; a person's hard allocations never exceed 100 percent."""

    SOFT = "soft"
    HARD = "hard"


class AllocationState(StrEnum):
    BOOKED = "booked"
    RELEASED = "released"


@aggregate("resources", "allocations", key="project_id")
class Allocation(Aggregate):
    """A person booked on a project for a period (both days inclusive) at a percentage of the weekly capacity.

    A release shortens the period to its own day; one that was released before it began ends before it starts, and
    has no day. So the load of a day is the sum over all that are not archived, released or not.
    """

    person_id: Annotated[Id, names("person"), filterable, at_creation]
    """Who is booked."""
    project_id: Annotated[Id, names("project"), filterable, at_creation]
    """The project for which the person is booked."""
    starts_on: Annotated[Day, sortable]
    """The first day."""
    ends_on: Annotated[Day, sortable]
    """The last day."""
    percent: Annotated[int, Field(ge=1, le=100, strict=True), sortable]
    """Of the person's weekly hours."""
    commitment: Annotated[Commitment, filterable, optional_at_creation] = Commitment.SOFT
    """Soft may still move; hard is committed."""
    state: Annotated[AllocationState, filterable, not_given] = AllocationState.BOOKED
    """Booked, or released before its planned end."""
    role: Line | None = None
    """As what the person works on the project."""


@fact(Allocation, "committed")
class AllocationCommitted(Reasoned):
    """A soft allocation became hard."""


@fact(Allocation, "released")
class AllocationReleased(Reasoned):
    """The booking ended, at the latest on `ends_on` as it stands now."""

    project_archived: bool = False
    """Whether the archiving of its project released it: restoring the project then books it again."""


@fact(Allocation, "ending")
class AllocationEnding(TimeFact):
    """The booking ends in 14 days."""

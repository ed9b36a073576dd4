"""What the resources service publishes: persons and their allocations."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from shared.contracts.language import (
    Aggregate,
    Day,
    Email,
    Erasable,
    Id,
    Line,
    Reasoned,
    Shape,
    aggregate,
    fact,
)
from shared.contracts.members import (
    at_creation,
    filterable,
    label,
    names,
    not_given,
    optional_at_creation,
    personal,
    searched,
    sortable,
)


class Employment(StrEnum):
    INTERNAL = "internal"
    EXTERNAL = "external"


class Skill(Shape):
    """A skill with its level from 1 (knows of it) to 5 (teaches it)."""

    name: Line
    """What the person is able to do."""
    level: Annotated[int, Field(ge=1, le=5, strict=True)]
    """From 1 (knows of it) to 5 (teaches it)."""


@aggregate("resources", "persons", visibility="people")
class Person(Erasable):
    """Somebody who works on projects. The name stands here and in no other service's events.

    Of a person who was erased the employment and the weekly hours stay, from which the load of past months is told.
    """

    name: Annotated[Line, label, sortable, searched, personal("Erased person")]
    """The full name."""
    email: Annotated[Email | None, searched, personal()] = None
    """The address for mail."""
    employment: Annotated[Employment, sortable] = Employment.INTERNAL
    """Employed by the organisation, or by a supplier."""
    vendor_id: Annotated[Id | None, names("vendor"), filterable, personal()] = None
    """The supplier of an external person."""
    role: Annotated[Line | None, filterable, personal()] = None
    """What the person usually works as."""
    org_unit: Annotated[Line | None, sortable, personal()] = None
    """The unit of the organisation that the person belongs to."""
    location: Annotated[Line | None, filterable, personal()] = None
    """Where the person works."""
    weekly_hours: Annotated[float, Field(ge=0, le=168, allow_inf_nan=False)] = 40
    """Hours of work a week; allocations are per cent of them."""
    skills: Annotated[list[Skill], Field(max_length=100), personal([])] = []
    """What the person is able to do, and how well."""


@fact(Person, "erased")
class PersonErased(Reasoned):
    """A person was erased: no version tells of them any more, earlier ones included. The reason stays: name nobody in it."""

    erases = True


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

"""What staffing knows of people, requests and demand. Days are inclusive at both ends, percents are of
full time."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Criterion(StrEnum):
    """What a proposal is judged by."""

    SKILL = "skill"
    AVAILABILITY = "availability"
    COST = "cost"
    CONTINUITY = "continuity"
    LOCATION = "location"


@dataclass(frozen=True, slots=True)
class Skill:
    """A person's skill at `level` 1 (knows of it) to 5 (authority), with the last day of its certificate,
    if any."""

    name: str
    level: int
    certified_until: date | None = None


@dataclass(frozen=True, slots=True)
class Absence:
    """Days away."""

    starts_on: date
    ends_on: date


@dataclass(frozen=True, slots=True)
class Booking:
    """A share of the person's own hours that a project has: `confidence` 1 where committed, less where
    soft."""

    project: str
    starts_on: date
    ends_on: date
    percent: float
    confidence: float = 1.0


@dataclass(frozen=True, slots=True)
class Person:
    """Someone who works `weekly_hours`, spread evenly over Monday to Friday, from `joins_on` to
    `leaves_on`.

    `cost_index` is the cost of the person's cost category relative to the reference category (1.0), never
    the rate; None where the category is not known. Past bookings tell which projects the person has worked
    on.
    """

    id: str
    role: str | None = None
    skills: tuple[Skill, ...] = ()
    weekly_hours: float = 40.0
    location: str | None = None
    cost_index: float | None = None
    joins_on: date | None = None
    leaves_on: date | None = None
    absences: tuple[Absence, ...] = ()
    bookings: tuple[Booking, ...] = ()


@dataclass(frozen=True, slots=True)
class SkillNeed:
    """A skill wanted at `level`, and not below `least` (the wanted level, where None).

    With `certified` a certificate has to be valid to the request's last day.
    """

    name: str
    level: int
    least: int | None = None
    certified: bool = False


@dataclass(frozen=True, slots=True)
class Request:
    """`percent` of a full-time post (`full_time_hours` a week) for a project, from one day to another.

    Who has less than `least_share` (0 to 1) of the hours free is not proposed, nor who has none. Where
    `location` is None any will do; where `role` is None, anyone.
    """

    project: str
    starts_on: date
    ends_on: date
    percent: float = 100.0
    skills: tuple[SkillNeed, ...] = ()
    role: str | None = None
    location: str | None = None
    least_share: float = 0.0
    full_time_hours: float = 40.0

    @property
    def criteria(self) -> tuple[Criterion, ...]:
        """The criteria that the request has a say in: all but skill and location where it names none."""
        silent = {Criterion.SKILL: not self.skills, Criterion.LOCATION: self.location is None}
        return tuple(criterion for criterion in Criterion if not silent.get(criterion))


@dataclass(frozen=True, slots=True)
class Weights:
    """How much each criterion counts, in any unit: only the ratios matter."""

    skill: float = 40.0
    availability: float = 25.0
    cost: float = 10.0
    continuity: float = 15.0
    location: float = 10.0


@dataclass(frozen=True, slots=True)
class Demand:
    """Open demand of a role, not yet booked on anyone: `percent` of a full-time post with a confidence of
    0 to 1."""

    role: str
    project: str
    starts_on: date
    ends_on: date
    percent: float
    confidence: float = 1.0

"""What staffing answers: proposals with their reasons, and capacity against demand."""

from dataclasses import dataclass
from datetime import date

from services.resources.engines.staffing.people import Criterion


@dataclass(frozen=True, slots=True)
class Merit:
    """How a person does by one criterion: `weight` and `score` from 0 to 1, the score None where it is
    unknown."""

    criterion: Criterion
    weight: float
    score: float | None
    reason: str


@dataclass(frozen=True, slots=True)
class Proposal:
    """A person for the request: `score` is the weighted sum with the unknown counted as 0, `at_best` as 1."""

    person: str
    score: float
    at_best: float
    merits: tuple[Merit, ...]


@dataclass(frozen=True, slots=True)
class Excluded:
    """A person who cannot be proposed, with every reason."""

    person: str
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Shortlist:
    """The proposals, best first; equal scores are told apart by the greater `at_best`, then by the
    person's id."""

    proposals: tuple[Proposal, ...]
    excluded: tuple[Excluded, ...]


@dataclass(frozen=True, slots=True)
class RoleMonth:
    """Hours of a role in the month that begins on `month`.

    `committed` are hours booked with confidence 1, `expected` all hours weighted by their confidence,
    `possible` all hours as if certain. `gap` is expected - capacity, positive where hours are missing, and
    `gap_fte` the same in full-time posts of that month. `utilisation` is expected / capacity, None where
    there is no capacity.
    """

    role: str
    month: date
    capacity: float
    committed: float
    expected: float
    possible: float
    gap: float
    gap_fte: float
    utilisation: float | None


@dataclass(frozen=True, slots=True)
class PersonOverload:
    """Days on which a person is booked for more than all of their hours, or at all while away."""

    person: str
    starts_on: date
    ends_on: date
    percent: float
    projects: tuple[str, ...]
    away: bool


@dataclass(frozen=True, slots=True)
class Gap:
    """Months in a row in which a role's expected demand exceeds its capacity.

    `certain` where committed hours alone do in every one of them; `peak_fte` is the worst month's.
    """

    role: str
    first_month: date
    last_month: date
    hours: float
    peak_fte: float
    certain: bool
    projects: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Balance:
    """Capacity against demand: rows by role and month, people booked twice, and the gaps ahead."""

    months: tuple[RoleMonth, ...]
    overloads: tuple[PersonOverload, ...]
    gaps: tuple[Gap, ...]

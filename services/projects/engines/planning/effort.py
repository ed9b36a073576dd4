"""Resources, their assignments, and baselines - what was once agreed - as plain values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from services.projects.engines.planning.identity import Id


class ResourceKind(StrEnum):
    """Who works, what is used up, or what only costs."""

    WORK = "work"
    MATERIAL = "material"
    COST = "cost"


@dataclass(frozen=True, slots=True)
class Resource:
    """Whoever or whatever does the work; rates are per hour, or per `unit` of a material."""

    id: Id
    name: str = ""
    kind: ResourceKind = ResourceKind.WORK
    max_units: float = 1.0
    calendar: Id | None = None
    standard_rate: Decimal | None = None
    overtime_rate: Decimal | None = None
    cost_per_use: Decimal | None = None
    unit: str = ""
    initials: str = ""
    group: str = ""
    code: str = ""
    email: str = ""
    generic: bool = False
    active: bool = True
    notes: str = ""
    custom: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Assignment:
    """A resource at work on an activity; `work_s` is effort (units x duration), `delay_s` after its start."""

    id: Id
    activity: Id
    resource: Id
    units: float = 1.0
    work_s: int | None = None
    actual_work_s: int | None = None
    remaining_work_s: int | None = None
    overtime_work_s: int | None = None
    start: datetime | None = None
    finish: datetime | None = None
    delay_s: int = 0
    cost: Decimal | None = None
    actual_cost: Decimal | None = None
    notes: str = ""
    custom: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class BaselineActivity:
    """An activity as it was agreed; what the baseline does not say is None."""

    activity: Id
    start: datetime | None = None
    finish: datetime | None = None
    duration_s: int | None = None
    work_s: int | None = None
    cost: Decimal | None = None


@dataclass(frozen=True, slots=True)
class BaselineAssignment:
    """An assignment as it was agreed."""

    assignment: Id
    start: datetime | None = None
    finish: datetime | None = None
    work_s: int | None = None
    cost: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Baseline:
    """A frozen copy of the plan's dates, work and cost; `id` is its number in a file that numbers them."""

    id: Id
    name: str = ""
    taken_at: datetime | None = None
    activities: tuple[BaselineActivity, ...] = ()
    assignments: tuple[BaselineAssignment, ...] = ()

"""A plan as the import needs it: plain values, whoever read the file. Money is in the plan's currency, days are local."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Task:
    """One task in outline order; `row` counts from 1. `agreed` are dates and cost of the baseline."""

    id: str
    row: int
    name: str
    parent: str
    wbs: str
    is_summary: bool
    is_milestone: bool
    is_active: bool
    start: date | None
    finish: date | None
    actual_start: date | None
    percent: float
    cost: Decimal | None
    fixed_cost: Decimal | None
    agreed: tuple[date | None, date | None, Decimal | None] | None
    notes: str


@dataclass(frozen=True, slots=True)
class Resource:
    """Somebody or something that works; `is_person` where it is one person, not a role, a material or a cost."""

    id: str
    row: int
    name: str
    email: str
    is_person: bool


@dataclass(frozen=True, slots=True)
class Assignment:
    """A resource at work on a task, for so many seconds."""

    task: str
    resource: str
    work_s: int


@dataclass(frozen=True, slots=True)
class Plan:
    """One file's plan; `others` counts what it has of things that Portolan does not take, `elements` what its reader did
    not take either, by path."""

    file: str
    id: str
    name: str
    title: str
    manager: str
    currency: str
    status_on: date | None
    tasks: tuple[Task, ...]
    resources: tuple[Resource, ...]
    assignments: tuple[Assignment, ...]
    others: Mapping[str, int] = field(default_factory=dict)
    elements: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Unread:
    """A file of the folder that could not be read, and what can be done."""

    file: str
    code: str
    reason: str
    mend: str

"""A plan as plain values: what a project intends, before anything has been computed from it.

Units and conventions of everything importable from here:

- names ending in `_s` are whole seconds. Durations, work and lags are **working** time: eight hours of work
  are 28 800 whatever the calendar. Elapsed time is meant only where the docstring says so;
  `days` and `hours` make them;
- instants are naive datetimes in the plan's own local time, as calendars are. A bare `date` given as a
  constraint, deadline or finish means that whole day. It is its first working instant for a start, its last for
  a finish;
- units of a resource are 1.0 for one full-time resource (a tool's 100 %);
- money is `Decimal` in the plan's currency.

Everything that refers to something else does so by its `id`, unique within its kind in one plan.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from services.projects.engines.planning.activities import (
    NO_LAG,
    NOT_STARTED,
    Activity,
    ActivityKind,
    Constraint,
    ConstraintKind,
    Dependency,
    DependencyKind,
    ExternalActivity,
    Lag,
    Progress,
)
from services.projects.engines.planning.effort import (
    Assignment,
    Baseline,
    BaselineActivity,
    BaselineAssignment,
    Resource,
    ResourceKind,
)
from services.projects.engines.planning.identity import Id
from services.projects.engines.planning.working_time import (
    DAY_S,
    HOUR_S,
    OFFICE_DAY,
    OFFICE_WEEK,
    Calendar,
    CalendarException,
    DayHours,
    Frequency,
    PublicHolidays,
    Recurrence,
    Shift,
    WeekHours,
    WorkWeek,
    days,
    hours,
    shift,
)

__all__ = [
    "DAY_S",
    "HOUR_S",
    "NOT_STARTED",
    "NO_LAG",
    "OFFICE_DAY",
    "OFFICE_WEEK",
    "Activity",
    "ActivityKind",
    "Assignment",
    "Baseline",
    "BaselineActivity",
    "BaselineAssignment",
    "Calendar",
    "CalendarException",
    "Constraint",
    "ConstraintKind",
    "DayHours",
    "Dependency",
    "DependencyKind",
    "ExternalActivity",
    "Frequency",
    "Lag",
    "Plan",
    "Progress",
    "PublicHolidays",
    "Recurrence",
    "Resource",
    "ResourceKind",
    "Shift",
    "WeekHours",
    "WorkWeek",
    "days",
    "hours",
    "shift",
]


@dataclass(frozen=True, slots=True)
class Plan:
    """One project's plan. Without a `calendar` (its default calendar's id) time runs around the clock.

    Nothing starts before `start` or, once there is one, before the `data_date` (status date) unless it
    already has. `finish_by` is the date the whole has to be done by: missing it shows as negative float.
    A working day is `day_s` long where days have to be turned into working time, a week `week_s`, a month
    `month_days` days.
    """

    id: Id
    start: datetime
    activities: tuple[Activity, ...] = ()
    dependencies: tuple[Dependency, ...] = ()
    calendars: tuple[Calendar, ...] = ()
    calendar: Id | None = None
    name: str = ""
    data_date: datetime | None = None
    finish_by: date | datetime | None = None
    external: tuple[ExternalActivity, ...] = ()
    resources: tuple[Resource, ...] = ()
    assignments: tuple[Assignment, ...] = ()
    baselines: tuple[Baseline, ...] = ()
    day_s: int = 8 * HOUR_S
    week_s: int = 40 * HOUR_S
    month_days: int = 20
    currency: str | None = None
    title: str = ""
    author: str = ""
    company: str = ""
    manager: str = ""
    custom: Mapping[str, str] = field(default_factory=dict)

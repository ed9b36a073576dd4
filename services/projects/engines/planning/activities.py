"""Activities, the dependencies between them, and what is known of their progress, as plain values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from services.projects.engines.planning.identity import Id


class ActivityKind(StrEnum):
    """What an activity is: work, an instant, the sum of those below it, or effort that spans others."""

    TASK = "task"
    MILESTONE = "milestone"
    SUMMARY = "summary"
    LEVEL_OF_EFFORT = "level_of_effort"


class ConstraintKind(StrEnum):
    """The eight constraint types, by their usual abbreviations."""

    ASAP = "asap"
    ALAP = "alap"
    SNET = "snet"
    SNLT = "snlt"
    FNET = "fnet"
    FNLT = "fnlt"
    MSO = "mso"
    MFO = "mfo"


@dataclass(frozen=True, slots=True)
class Constraint:
    """A date rule for one activity; `on` is None for ASAP and ALAP only."""

    kind: ConstraintKind
    on: date | datetime | None = None


class DependencyKind(StrEnum):
    """Which end of the predecessor holds which end of the successor."""

    FS = "FS"
    SS = "SS"
    FF = "FF"
    SF = "SF"


@dataclass(frozen=True, slots=True)
class Lag:
    """Waiting time of a dependency: `seconds` plus `percent` of the predecessor's duration; negative leads.

    Counted in the lag calendar of the schedule's conventions, or around the clock if `elapsed`.
    """

    seconds: int = 0
    percent: float = 0.0
    elapsed: bool = False


NO_LAG = Lag()


@dataclass(frozen=True, slots=True)
class Dependency:
    """One link of the network; `predecessor_plan` names another plan when the link crosses projects."""

    predecessor: Id
    successor: Id
    kind: DependencyKind = DependencyKind.FS
    lag: Lag = NO_LAG
    predecessor_plan: Id | None = None


@dataclass(frozen=True, slots=True)
class Progress:
    """What has happened: an activity with an actual start is under way, with an actual finish complete.

    `remaining_s` is working time still to do; None derives it from `percent_complete` (0 to 100, of the
    duration). `physical_percent` (0 to 100) is judged, not computed, and moves no date. `stopped_at` and
    `resumes_at` are the end of the work done and the earliest start of the rest, where a plan states them.
    """

    actual_start: datetime | None = None
    actual_finish: datetime | None = None
    remaining_s: int | None = None
    percent_complete: float = 0.0
    physical_percent: float | None = None
    stopped_at: datetime | None = None
    resumes_at: datetime | None = None


NOT_STARTED = Progress()


@dataclass(frozen=True, slots=True)
class Activity:
    """A piece of work, a milestone, a summary of others, or effort that spans others.

    `duration_s` is at-completion working time in the activity's calendar (`calendar`, else the plan's), or elapsed
    time if `elapsed`. Summaries and levels of effort take theirs from what they span. At most two constraints. A
    `manual` activity keeps `planned_start` and `planned_finish`, whatever its predecessors and its calendar say (one
    it lacks follows from the duration). Otherwise the planned dates are only kept, never used. `levelling_delay_s` is
    elapsed and added to the start the logic gives.
    """

    id: Id
    name: str = ""
    duration_s: int = 0
    kind: ActivityKind = ActivityKind.TASK
    parent: Id | None = None
    calendar: Id | None = None
    constraints: tuple[Constraint, ...] = ()
    deadline: date | datetime | None = None
    progress: Progress = NOT_STARTED
    elapsed: bool = False
    manual: bool = False
    active: bool = True
    planned_start: datetime | None = None
    planned_finish: datetime | None = None
    levelling_delay_s: int = 0
    priority: int = 500
    wbs: str = ""
    estimated: bool = False
    effort_driven: bool = False
    work_s: int | None = None
    actual_work_s: int | None = None
    fixed_cost: Decimal | None = None
    cost: Decimal | None = None
    actual_cost: Decimal | None = None
    notes: str = ""
    custom: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ExternalActivity:
    """The dates, as last published, of an activity in another plan that this plan's links point at."""

    plan: Id
    activity: Id
    start: datetime
    finish: datetime
    name: str = ""

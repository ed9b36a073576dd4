"""What a trial of a schedule takes and gives, member by member as callers write it."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Literal

from shared.base.typed_json import Within

Key = Annotated[str, Within(1, 100)]
Clock = Annotated[str, Within(5, 5)]
Minutes = Annotated[int, Within(0, 100 * 366 * 24 * 60)]
SignedMinutes = Annotated[int, Within(-100 * 366 * 24 * 60, 100 * 366 * 24 * 60)]
Percent = Annotated[float, Within(0, 100)]


@dataclass(frozen=True, slots=True)
class TrialShift:
    """Working time within a day."""

    starts: Clock
    """When it begins, such as 08:00."""
    ends: Clock
    """When it ends, such as 12:00; 24:00 is the end of the day."""


@dataclass(frozen=True, slots=True)
class TrialWeekday:
    """The working time of one day of the week; a day without shifts is off."""

    shifts: Annotated[tuple[TrialShift, ...], Within(0, 20)] = ()
    """In the order of the day, without overlaps."""


@dataclass(frozen=True, slots=True)
class TrialException:
    """Days whose working time differs from the week's."""

    first_on: date
    """The first of the days."""
    last_on: date | None = None
    """The last of the days; the first, where it is left out."""
    shifts: Annotated[tuple[TrialShift, ...], Within(0, 20)] = ()
    """The working time of each of them; none: days off."""


@dataclass(frozen=True, slots=True)
class TrialHolidays:
    """The public holidays of a country or region, which are days off."""

    country: Annotated[str, Within(2, 2)]
    """ISO 3166-1, such as CH."""
    region: Annotated[str, Within(1, 10)] | None = None
    """ISO 3166-2 without the country, such as GE."""


@dataclass(frozen=True, slots=True)
class TrialCalendar:
    """A calendar of working time."""

    key: Key
    """By which activities name it."""
    week: Annotated[tuple[TrialWeekday, ...], Within(7, 7)] | None = None
    """Monday to Sunday; 8 to 12 and 13 to 17 from Monday to Friday, where it is left out."""
    exceptions: Annotated[tuple[TrialException, ...], Within(0, 5_000)] = ()
    """Days that differ."""
    holidays: TrialHolidays | None = None
    """Public holidays."""
    base_key: Key | None = None
    """The calendar whose exceptions and holidays count too."""


@dataclass(frozen=True, slots=True)
class TrialConstraint:
    """A date that holds an activity."""

    kind: Literal["asap", "alap", "snet", "snlt", "fnet", "fnlt", "mso", "mfo"]
    """As soon or as late as possible; start or finish no earlier or no later than; must start or finish on."""
    on: date | None = None
    """The day; `asap` and `alap` have none."""
    at: datetime | None = None
    """The instant, in place of the day."""


@dataclass(frozen=True, slots=True)
class TrialActivity:
    """A piece of work, a milestone, a summary of others, or a level of effort."""

    key: Key
    """By which links and others name it."""
    name: Annotated[str, Within(0, 300)] = ""
    """What it is called."""
    kind: Literal["task", "milestone", "summary", "level_of_effort"] = "task"
    """A summary spans the activities below it; a level of effort lasts as long as what it is linked with."""
    duration_minutes: Minutes = 0
    """Working time, or time by the clock where it is `elapsed`: a day of eight hours is 480."""
    elapsed: bool = False
    """Whether it goes on around the clock."""
    parent_key: Key | None = None
    """The summary above it."""
    calendar_key: Key | None = None
    """Its calendar; the plan's, where it is left out."""
    constraints: Annotated[tuple[TrialConstraint, ...], Within(0, 2)] = ()
    """At most two."""
    deadline_on: date | None = None
    """Missing it shows as negative float."""
    actual_start_at: datetime | None = None
    """When it began."""
    actual_finish_at: datetime | None = None
    """When it was done."""
    percent_complete: Percent = 0.0
    """Of its duration."""
    remaining_minutes: Minutes | None = None
    """Working time still to do; it follows from the percentage, where it is left out."""


@dataclass(frozen=True, slots=True)
class TrialLag:
    """Waiting time of a link; negative numbers are leads."""

    minutes: SignedMinutes = 0
    """Working time of the predecessor's calendar, or time by the clock."""
    percent: Annotated[float, Within(-10_000, 10_000)] = 0.0
    """Of the predecessor's duration, in addition."""
    elapsed: bool = False
    """Whether it passes around the clock."""


@dataclass(frozen=True, slots=True)
class TrialDependency:
    """A link between two activities."""

    from_key: Key
    """The predecessor."""
    to_key: Key
    """The successor."""
    kind: Literal["fs", "ss", "ff", "sf"] = "fs"
    """Which end of the predecessor holds which end of the successor: finish to start, and so on."""
    lag: TrialLag | None = None
    """How long it waits."""


@dataclass(frozen=True, slots=True)
class ScheduleTrial:
    """A plan to be scheduled without being kept."""

    starts_on: date
    """Nothing starts before this day."""
    activities: Annotated[tuple[TrialActivity, ...], Within(1, 50_000)]
    """At most 50,000."""
    dependencies: Annotated[tuple[TrialDependency, ...], Within(0, 50_000)] = ()
    """The links between them, at most 50,000."""
    calendars: Annotated[tuple[TrialCalendar, ...], Within(0, 1_000)] = ()
    """Calendars that the plan and its activities name."""
    calendar_key: Key | None = None
    """The plan's calendar; left out, 8 to 12 and 13 to 17 from Monday to Friday are worked."""
    time_zone: Annotated[str, Within(1, 64)] = "UTC"
    """The zone whose days these are (IANA); instants are converted to it."""
    data_at: datetime | None = None
    """When progress was measured: what is unfinished lies after it."""
    finish_by_on: date | None = None
    """The day by which all has to be done: missing it shows as negative float."""
    conventions: Literal["portolan", "microsoft_project"] = "portolan"
    """How what schedulers disagree about is decided."""


@dataclass(frozen=True, slots=True)
class TrialRow:
    """The dates of one activity, and how far it can slip."""

    key: str
    """The activity's key."""
    starts_on: date
    """The first day it occupies."""
    finishes_on: date
    """The last day it occupies."""
    early_start_at: datetime
    """The earliest start, or the actual one."""
    early_finish_at: datetime
    """The earliest finish, or the actual one."""
    late_start_at: datetime | None
    """The latest start that delays nothing; null where it means nothing."""
    late_finish_at: datetime | None
    """The latest finish that delays nothing; null where it means nothing."""
    duration_minutes: int
    """Working time from start to finish, in whole minutes."""
    remaining_minutes: int
    """Working time still to do, in whole minutes."""
    total_float_minutes: int | None
    """How far it can slip before the end does, negative where a date cannot be kept; null, with `no_float`."""
    free_float_minutes: int | None
    """How far it can slip before anything else does; null where it means nothing."""
    criticality: Literal["critical", "near_critical", "slack", "none"]
    """By total float."""
    percent_complete: float
    """Of its duration."""
    no_float: str | None
    """Why there is no float; null where there is one."""


@dataclass(frozen=True, slots=True)
class TrialUnused:
    """Something of the plan that the schedule does without."""

    what: str
    """What it is."""
    reason: str
    """Why."""


@dataclass(frozen=True, slots=True)
class ScheduleTrialResult:
    """A schedule, computed by the critical path method."""

    starts_on: date
    """The first day on which something is done."""
    finishes_on: date
    """The last one."""
    starts_at: datetime
    """When the first activity starts."""
    finishes_at: datetime
    """When the last activity finishes."""
    duration_minutes: int
    """Working time of the plan's calendar between the two."""
    critical: tuple[str, ...]
    """The keys of the critical activities, without summaries, in the order of the plan."""
    activities: tuple[TrialRow, ...]
    """Each activity that has dates, in the order of the plan."""
    unused: tuple[TrialUnused, ...]
    """What the schedule does without."""

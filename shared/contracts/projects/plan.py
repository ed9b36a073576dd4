"""How a project's work is planned: activities, the links between them, and the schedules that are computed of them."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from shared.contracts.language import (
    Aggregate,
    Day,
    Fact,
    Id,
    Instant,
    Line,
    Percent,
    Sha256,
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
    searched,
    sortable,
)

LONGEST_MINUTES = 100 * 366 * 24 * 60
"""A hundred years: no work lasts longer, and no link waits longer."""

Minutes = Annotated[int, Field(ge=0, le=LONGEST_MINUTES, strict=True)]
SignedMinutes = Annotated[int, Field(ge=-LONGEST_MINUTES, le=LONGEST_MINUTES, strict=True)]


class ConstraintKind(StrEnum):
    """How a date holds an activity, by the usual abbreviations of the eight kinds."""

    ASAP = "asap"
    ALAP = "alap"
    SNET = "snet"
    SNLT = "snlt"
    FNET = "fnet"
    FNLT = "fnlt"
    MSO = "mso"
    MFO = "mfo"


@aggregate("projects", "activities", key="project_id", history=False)
class Activity(Aggregate):
    """A piece of work of a plan, an instant of it, or effort that spans others.

    It holds what people decide and report. When it is done is not among that: dates and floats are computed, and stand in the
    project's schedules.
    """

    project_id: Annotated[Id, names("project"), filterable, at_creation]
    """The project whose plan it is part of."""
    work_package_id: Annotated[Id | None, names("work_package"), filterable] = None
    """The work package that it helps to deliver, of the same project."""
    name: Annotated[Line, label, sortable, searched]
    """What is done."""
    duration_minutes: Minutes = 0
    """Working time from start to finish: a day of eight hours is 480. A milestone has none."""
    calendar_id: Annotated[Id | None, names("calendar"), filterable] = None
    """The calendar by which it is worked on; null: the project's, else the organisation's."""
    constraint_kind: ConstraintKind | None = None
    """How a date holds it: as soon or as late as possible, start or finish no earlier or no later than, must start or finish on.
    Null: as soon as possible."""
    constraint_at: Instant | None = None
    """The date of the constraint; as soon and as late as possible have none."""
    deadline_on: Day | None = None
    """The day by which it is to be done; a later finish shows as negative float, and moves nothing."""
    percent_complete: Percent = 0
    """How much of it is done, from 0 to 100."""
    actual_start_at: Instant | None = None
    """When it began; null as long as it has not."""
    actual_finish_at: Instant | None = None
    """When it was done; null as long as it is not."""
    remaining_minutes: Minutes | None = None
    """Working time still to do; null: what the percentage leaves of the duration."""
    level_of_effort: Annotated[bool, filterable] = False
    """Whether it lasts as long as what it is linked with, such as the management of a project."""
    milestone: Annotated[bool, filterable] = False
    """Whether it is an instant and no work."""
    role: Line | None = None
    """Who is to do it, as a role."""
    effort_minutes: Minutes | None = None
    """The work in it, of all who do it together."""


class ActivityProgress(Shape):
    """What has been done of an activity, as of now. What is left out stays as it is."""

    percent_complete: Percent | None = None
    """How much is done now, from 0 to 100; 100 once it is finished."""
    actual_start_at: Instant | None = None
    """When it began."""
    actual_finish_at: Instant | None = None
    """When it was done."""
    remaining_minutes: Minutes | None = None
    """Working time still to do."""


@fact(Activity, "progressed")
class ActivityProgressed(Fact):
    """Progress was reported."""

    percent_complete: Percent
    """How much is done now, from 0 to 100."""
    previous_percent_complete: Percent
    """How much was done before, from 0 to 100."""


class DependencyKind(StrEnum):
    """Which end of the predecessor holds which end of the successor."""

    FS = "fs"
    SS = "ss"
    FF = "ff"
    SF = "sf"


class Lag(Shape):
    """How long a link waits; negative numbers are leads."""

    minutes: SignedMinutes = 0
    """Working time of the predecessor's calendar, or time by the clock."""
    percent: Annotated[int, Field(ge=-10_000, le=10_000, strict=True)] = 0
    """Of the predecessor's duration, in addition."""
    elapsed: bool = False
    """Whether it passes around the clock."""


@aggregate("projects", "dependencies", key="project_id", history=False)
class Dependency(Aggregate):
    """A link of a plan: the successor waits for the predecessor, which may be part of another project's plan."""

    project_id: Annotated[Id, names("project"), filterable, at_creation]
    """The successor's project, in whose plan the link stands."""
    from_id: Annotated[Id, names("activity"), filterable, at_creation]
    """The predecessor. A milestone that names an activity may be given in its place."""
    from_project_id: Annotated[Id | None, names("project"), filterable, not_given] = None
    """The predecessor's project, where that is another one; null within the plan."""
    to_id: Annotated[Id, names("activity"), filterable, at_creation]
    """The successor, of the link's own project."""
    kind: DependencyKind = DependencyKind.FS
    """Which end of the predecessor holds which end of the successor: finish to start, and so on."""
    lag: Lag | None = None
    """How long it waits; null: not at all."""


class ScheduleConventions(StrEnum):
    """How what schedulers disagree about is decided (ADR 0101)."""

    PORTOLAN = "portolan"
    MICROSOFT_PROJECT = "microsoft_project"


@aggregate("projects", "schedules", key="project_id", read_only=True, frozen="content_hash")
class Schedule(Aggregate):
    """The dates of a project's plan as one run computed them, and never changed afterwards.

    `POST /projects/v1/projects/{id}/schedule` begins the run. Its content holds what was scheduled, and for each activity its
    dates and floats, what moved since the run before and why, and the critical path.
    """

    project_id: Annotated[Id, names("project"), filterable, at_creation]
    """The project whose plan was scheduled."""
    data_date: Annotated[Day, sortable]
    """The day at whose beginning progress was measured: what is unfinished lies after it."""
    conventions: ScheduleConventions = ScheduleConventions.PORTOLAN
    """How what schedulers disagree about was decided."""
    start_on: Day
    """The first day that an activity occupies."""
    finish_on: Annotated[Day, sortable]
    """The last day that an activity occupies."""
    activity_count: int = 0
    """How many activities have dates."""
    critical_count: int = 0
    """How many of them are critical: their total float is zero or less."""
    moved_count: int = 0
    """How many moved, came or went since the run before."""
    previous_id: Annotated[Id | None, names("schedule")] = None
    """The run before; null for the first one."""
    cause_id: Annotated[Id | None, names("schedule")] = None
    """The run of another project because of which this one was made; null where somebody asked for it."""
    inputs_hash: Sha256
    """The hash of all that was scheduled: the same inputs have the same hash, and the same dates."""
    content_hash: Annotated[Sha256 | None, not_given] = None
    """The hash of the content."""

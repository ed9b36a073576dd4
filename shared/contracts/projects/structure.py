"""Projects, the work packages they consist of, and the calendars by which work is planned."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from shared.base.money import Money
from shared.contracts.language import (
    Aggregate,
    Code,
    Day,
    Decided,
    Fact,
    Id,
    Line,
    Percent,
    Prose,
    Reasoned,
    Shape,
    TimeFact,
    aggregate,
    fact,
)
from shared.contracts.members import (
    at_creation,
    code,
    filterable,
    label,
    names,
    not_given,
    optional_at_creation,
    searched,
    sortable,
    unique,
)
from shared.contracts.projects.methods import MethodCode, ProjectSize
from shared.contracts.projects.strategy import MOST_OBJECTIVES, Contributes


class ForecastFrom(StrEnum):
    """From where a project's forecast finish comes."""

    MANUAL = "manual"
    SCHEDULE = "schedule"
    FINANCE = "finance"


class Stage(StrEnum):
    """Where a project stands in its life; its phase within the method is a field apart."""

    PROPOSED = "proposed"
    INITIATING = "initiating"
    APPROVED = "approved"
    ACTIVE = "active"
    ON_HOLD = "on_hold"
    CLOSING = "closing"
    CLOSED = "closed"
    DISCONTINUED = "discontinued"


@aggregate("projects", "projects", scope=("id",))
class Project(Aggregate):
    """A temporary endeavour with a start, an end, a budget and an outcome.

    `planned_cost` is the approved plan, `forecast_cost` the forecast at completion; both are the project's own
    statement (finance holds budget lines, actual costs and dated forecasts). `lifecycle_cost` is the whole-life cost
    of what the project makes.
    """

    code: Annotated[Code, unique, sortable, searched, optional_at_creation]
    """The short code by which people name it, unique; drawn by Portolan where none is given."""
    name: Annotated[Line, label, sortable, searched]
    """By which people know it."""
    description: Prose = ""
    """What is to be achieved, and why."""
    kind: Line | None = None
    """What kind of project it is, in the organisation's own words."""
    stage: Annotated[Stage, sortable, optional_at_creation] = Stage.PROPOSED
    """Where it stands in its life; moves change it."""
    phase: Line | None = None
    """Where it stands within its method, in the words of that method; the release of a phase changes it."""
    method_id: Annotated[Id | None, names("method"), filterable, not_given] = None
    """The edition of the method by which it is led, which it keeps; null where none was applied."""
    size: Annotated[ProjectSize | None, filterable] = None
    """How large it is, by which its method is fitted to it."""
    portfolio_id: Annotated[Id | None, names("portfolio"), filterable] = None
    """The portfolio it belongs to."""
    programme_id: Annotated[Id | None, names("programme"), filterable] = None
    """The programme it is part of."""
    unit_id: Annotated[Id | None, names("org_unit"), filterable] = None
    """The unit whose need it meets."""
    objectives: Annotated[list[Contributes], Field(max_length=MOST_OBJECTIVES)] = []
    """How much it contributes to which strategic objectives."""
    sponsor_id: Annotated[Id | None, names("person"), filterable] = None
    """The person who answers for the benefit and the money."""
    manager_id: Annotated[Id | None, names("person"), filterable] = None
    """The person who manages it from day to day."""
    planned_start_on: Annotated[Day | None, sortable] = None
    """The first day of work, as approved."""
    planned_finish_on: Annotated[Day | None, sortable] = None
    """The day of completion, as approved."""
    forecast_start_on: Day | None = None
    """The first day of work, as expected now."""
    forecast_finish_on: Day | None = None
    """The day of completion, as expected now."""
    forecast_from: ForecastFrom = ForecastFrom.MANUAL
    """From where the forecast comes: as somebody states it, or as each run of the schedule, or finance, finds it."""
    actual_start_on: Day | None = None
    """The day on which work began."""
    actual_finish_on: Day | None = None
    """The day on which it was completed."""
    planned_cost: Money | None = None
    """The approved cost at completion."""
    forecast_cost: Money | None = None
    """The cost at completion, as expected now."""
    lifecycle_cost: Money | None = None
    """The whole-life cost of what the project makes, operation included."""
    confidential: bool = False
    """Whether only those see it, and everything below it, who are members there or above; others cannot tell that it is
    there."""


@fact(Project, "initiated")
class ProjectInitiated(Reasoned):
    """The initiation began: the initiation mandate was signed."""

    mandate_id: Id
    """The initiation mandate."""


@fact(Project, "approved")
class ProjectApproved(Decided):
    """The sponsor's body agreed that the project be done."""


@fact(Project, "activated")
class ProjectActivated(Reasoned):
    """Work began."""


@fact(Project, "put_on_hold")
class ProjectPutOnHold(Reasoned):
    """Work is suspended."""


@fact(Project, "resumed")
class ProjectResumed(Reasoned):
    """Work continues after a hold."""


@fact(Project, "closing_started")
class ProjectClosingStarted(Reasoned):
    """The outcome is handed over; what is left is closure."""


@fact(Project, "closed")
class ProjectClosed(Reasoned):
    """The project ended as planned."""


@fact(Project, "discontinued")
class ProjectDiscontinued(Reasoned):
    """The project was stopped before its end."""


@fact(Project, "imported")
class ProjectImported(Fact):
    """Another system's record arrived at a stage; reactions treat it as the moves that lead there."""

    stage: Stage
    """Where the project stands in the other system."""
    previous_stage: Stage | None = None
    """Where it stood here before; null for a new project."""


@fact(Project, "update_missing")
class ProjectUpdateMissing(TimeFact):
    """Nobody has written anything of a running project for 30 days."""


@fact(Project, "method_applied")
class ProjectMethodApplied(Reasoned):
    """A method was fitted to it: phases, gates and outcomes were made, or fitted anew."""

    method_id: Id
    """The edition of the method."""
    approach: MethodCode | None = None
    """The approach that was chosen."""
    size: ProjectSize | None = None
    """The size by which phases were merged."""


class WorkPackageState(StrEnum):
    PLANNED = "planned"
    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"


Wbs = Annotated[str, Field(pattern=r"^[1-9][0-9]{0,3}(\.[1-9][0-9]{0,3}){0,9}$", examples=["1.2.3"]), code]


@aggregate("projects", "work-packages", key="project_id")
class WorkPackage(Aggregate):
    """A node of the work breakdown structure; leaves carry budget, dates and progress."""

    project_id: Annotated[Id, names("project"), filterable, at_creation]
    """The project it is part of."""
    parent_id: Annotated[Id | None, names("work_package"), filterable] = None
    """The summary above it; null at the top of the structure."""
    wbs: Annotated[Wbs, sortable, searched]
    """Its place in the work breakdown structure, unique within the project."""
    name: Annotated[Line, label, sortable, searched]
    """By which people know it."""
    description: Prose = ""
    """What is to be delivered."""
    owner_id: Annotated[Id | None, names("person"), filterable] = None
    """The person who answers for its delivery."""
    budget: Money | None = None
    """Its part of the budget at completion (BAC)."""
    planned_start_on: Day | None = None
    """The first day of work on it, as planned."""
    planned_finish_on: Day | None = None
    """The day of its completion, as planned."""
    state: Annotated[WorkPackageState, filterable, not_given] = WorkPackageState.PLANNED
    """Where it stands; progress changes it."""
    percent_complete: Annotated[Percent, sortable, not_given] = 0
    """How much of it is done, from 0 to 100."""


class Progress(Shape):
    """How much of the work package is done."""

    percent_complete: Percent
    """How much is done now, from 0 to 100."""


@fact(WorkPackage, "progressed")
class WorkPackageProgressed(Fact):
    """Progress was reported."""

    percent_complete: Percent
    """How much is done now, from 0 to 100."""
    previous_percent_complete: Percent
    """How much was done before, from 0 to 100."""


@fact(WorkPackage, "overdue")
class WorkPackageOverdue(TimeFact):
    """Its planned finish is over, and it is not completed."""


class Weekday(StrEnum):
    MONDAY = "monday"
    TUESDAY = "tuesday"
    WEDNESDAY = "wednesday"
    THURSDAY = "thursday"
    FRIDAY = "friday"
    SATURDAY = "saturday"
    SUNDAY = "sunday"


Clock = Annotated[
    str, Field(pattern=r"^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$", examples=["08:00", "12:00"]), code
]
"""A time of day, in the time zone of the instance; 24:00 is the end of the day."""


class Shift(Shape):
    """Working time within one day."""

    begins: Clock
    """When work begins."""
    ends: Clock
    """When work ends, after it began."""


MOST_SHIFTS = 12


class WorkingDay(Shape):
    """What is worked on one day of every week."""

    weekday: Weekday
    """Which day of the week."""
    shifts: Annotated[list[Shift], Field(max_length=MOST_SHIFTS)] = []
    """When is worked, in order and apart; nothing: a day off."""


class CalendarException(Shape):
    """Days on which other hours hold than those of the week."""

    name: Line | None = None
    """Why, such as a holiday or a shutdown."""
    first_on: Day
    """The first of the days."""
    last_on: Day
    """The last of the days."""
    shifts: Annotated[list[Shift], Field(max_length=MOST_SHIFTS)] = []
    """When is worked on each of the days, in order and apart; nothing: days off."""


Country = Annotated[str, Field(pattern="^[A-Z]{2}$", examples=["CH"]), code]
Region = Annotated[str, Field(pattern="^[A-Z0-9]{1,3}$", examples=["GE"]), code]


@aggregate("projects", "calendars")
class Calendar(Aggregate):
    """Which days and hours are worked: in the whole organisation, or on one project.

    A day is decided by the first that says something: the exceptions, the public holidays of the country, those of
    the calendar it is based on, then the week, then the week of that calendar. Where no week names a weekday, the
    office week holds: Monday to Friday from 08:00 to 12:00 and from 13:00 to 17:00.
    """

    project_id: Annotated[Id | None, names("project"), filterable, at_creation] = None
    """The project whose calendar it is; null: of the whole organisation."""
    name: Annotated[Line, label, sortable, searched]
    """By which people know it."""
    week: Annotated[list[WorkingDay], Field(max_length=7)] = []
    """The hours of the weekdays; one that is not named is as in the calendar it is based on."""
    exceptions: Annotated[list[CalendarException], Field(max_length=500)] = []
    """Days with other hours. A single day goes before days of which it is one."""
    country: Annotated[Country | None, filterable] = None
    """The country whose public holidays are days off, by its code in ISO 3166-1."""
    region: Annotated[Region | None, filterable] = None
    """The region of the country whose public holidays are meant, by its code in ISO 3166-2 without the country."""
    based_on_id: Annotated[Id | None, names("calendar"), filterable] = None
    """The calendar from which it takes what it does not say itself."""

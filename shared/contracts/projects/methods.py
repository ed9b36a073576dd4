"""How a project is led: the points by which its progress is judged."""

from enum import StrEnum
from typing import Annotated

from shared.contracts.language import (
    Aggregate,
    Day,
    Decision,
    Id,
    Line,
    Prose,
    Reasoned,
    TimeFact,
    aggregate,
    fact,
)
from shared.contracts.members import at_creation, filterable, label, names, not_given, searched, sortable


class MilestoneState(StrEnum):
    PLANNED = "planned"
    ACHIEVED = "achieved"
    DROPPED = "dropped"


@aggregate("projects", "milestones", key="project_id")
class Milestone(Aggregate):
    """A point by which something is to be reached, such as a go-live.

    As agreed, as planned, as expected now, and as it came: four days beside each other.
    """

    project_id: Annotated[Id, names("project"), filterable, at_creation]
    """The project whose milestone it is."""
    name: Annotated[Line, label, sortable, searched]
    """What is reached."""
    description: Prose = ""
    """How one sees that it is reached."""
    baseline_on: Annotated[Day | None, sortable, not_given] = None
    """The day that the approved baseline agrees on; null before there is one."""
    planned_on: Annotated[Day, sortable]
    """The day on which it is to be reached."""
    forecast_on: Annotated[Day | None, sortable] = None
    """The day on which it is expected now; null as long as that is the planned one."""
    achieved_on: Annotated[Day | None, sortable, not_given] = None
    """The day on which it was reached."""
    owner_id: Annotated[Id | None, names("person"), filterable] = None
    """The person who answers for it."""
    activity_id: Annotated[Id | None, names("activity"), filterable] = None
    """The activity of the plan by which it is reached: each run of the schedule sets the day that is expected."""
    state: Annotated[MilestoneState, filterable, not_given] = MilestoneState.PLANNED
    """Where it stands; moves change it."""


class Achievement(Decision):
    """When something was reached."""

    on: Day
    """The day on which it was reached; not a future one."""


@fact(Milestone, "achieved")
class MilestoneAchieved(Reasoned):
    """It was reached."""

    on: Day
    """The day on which it was reached."""


@fact(Milestone, "reopened")
class MilestoneReopened(Reasoned):
    """It was not reached after all."""


@fact(Milestone, "dropped")
class MilestoneDropped(Reasoned):
    """It is not needed any more."""


@fact(Milestone, "slipped")
class MilestoneSlipped(TimeFact):
    """It is expected later than planned, and later than was told before; or its day passed, and nobody says when it comes."""

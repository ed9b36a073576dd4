"""The public shapes of the milestone trend."""

from services.reporting.dashboard import DashboardAnswer
from shared.contracts.language import AnswerShape, Day, Id
from shared.contracts.projects.methods import MilestoneState


class TrendPoint(AnswerShape):
    """What a milestone said at the end of a day on which it changed."""

    on: Day
    """The day of the report."""
    planned_on: Day
    """The day on which it was to be reached."""
    baseline_on: Day | None
    """The day that the approved baseline agreed on; null before there was one."""
    forecast_on: Day | None
    """The day on which it was expected; null as long as that was the planned one."""
    achieved_on: Day | None
    """The day on which it had been reached."""
    state: MilestoneState
    """Where it stood."""
    expected_on: Day
    """The height of the line: the day on which it was reached, or else expected, or else planned."""


class MilestoneLine(AnswerShape):
    """A milestone, and how the day moved on which it is expected."""

    id: Id
    """The id of the milestone."""
    name: str
    """What is reached."""
    planned_on: Day
    """The day on which it is to be reached."""
    baseline_on: Day | None
    """The day that the approved baseline agrees on; null before there is one."""
    forecast_on: Day | None
    """The day on which it is expected; null as long as that is the planned one."""
    achieved_on: Day | None
    """The day on which it was reached."""
    state: MilestoneState
    """Where it stands."""
    expected_on: Day
    """The day on which it was reached, or else is expected, or else planned."""
    variance_days: int | None
    """The agreed day, or the planned one before there is a baseline, less the day on which it was reached, or else the later
    of the expected and the as-of day: below zero is late. Null where it was dropped."""
    points: list[TrendPoint]
    """Its line: a point for each day on which it changed, the first one first. Between two points nothing changed."""


class MilestoneTrend(DashboardAnswer):
    """Milestone trend of a project."""

    project_id: Id
    """The project."""
    items: list[MilestoneLine]
    """Its milestones, by their planned day; those that are archived by the day are left out."""

"""What keeps a project on its course: actions with their owners, and the log of decisions."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from shared.contracts.language import (
    Aggregate,
    Day,
    Decided,
    Decision,
    Id,
    Line,
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
)


class Origin(Shape):
    """What something came from: another aggregate of Portolan."""

    kind: Annotated[str, Field(pattern="^[a-z]+(_[a-z]+)*$", max_length=60, examples=["risk"]), code]
    """What kind of aggregate it is, such as `risk`."""
    id: Id
    """The id of the aggregate."""


class ActionKind(StrEnum):
    ACTION = "action"
    CORRECTIVE = "corrective"
    PREVENTIVE = "preventive"
    SATISFACTION = "satisfaction"


class ActionState(StrEnum):
    OPEN = "open"
    IN_PROGRESS = "in_progress"
    DONE = "done"
    VERIFIED = "verified"
    CANCELLED = "cancelled"


@aggregate("projects", "actions")
class Action(Aggregate):
    """What somebody is to do by a day, and whether it had the effect it was meant to have.

    It may stand before there is a project, so that events are ordered by the action itself. A corrective action sets
    right what deviated; a preventive one keeps something from happening; a satisfaction one answers a survey.
    """

    project_id: Annotated[Id | None, names("project"), filterable, at_creation] = None
    """The project that it serves; null where it serves none."""
    title: Annotated[Line, label, sortable, searched]
    """What is to be done, in a few words."""
    description: Prose = ""
    """What is to be done, and how one sees that it is."""
    kind: Annotated[ActionKind, filterable] = ActionKind.ACTION
    """What it is for."""
    origin: Annotated[Origin | None, optional_at_creation] = None
    """What it came from, such as a risk or a paper; null where somebody simply wrote it."""
    owner_id: Annotated[Id | None, names("person"), filterable] = None
    """The person who sees to it."""
    first_due_on: Annotated[Day | None, not_given] = None
    """The day by which it was to be done at first; a later date does not change it."""
    due_on: Annotated[Day | None, sortable] = None
    """The day by which it is to be done."""
    evidence: Prose = ""
    """What shows that it is done."""
    expected_effect: Prose = ""
    """What is to be better afterwards."""
    observed_effect: Annotated[Prose, not_given] = ""
    """What is better, as whoever verified it saw; empty until then."""
    state: Annotated[ActionState, filterable, not_given] = ActionState.OPEN
    """Where it stands; moves change it."""


class EffectObserved(Decision):
    """What came of an action."""

    observed_effect: Prose = ""
    """What is better; a corrective action is not verified without it."""


@fact(Action, "started")
class ActionStarted(Reasoned):
    """Somebody began."""


@fact(Action, "completed")
class ActionCompleted(Reasoned):
    """It is done, as its owner says."""


@fact(Action, "verified")
class ActionVerified(Decided):
    """Somebody saw what came of it."""

    observed_effect: Prose = ""
    """What is better."""


@fact(Action, "returned")
class ActionReturned(Reasoned):
    """It is not done yet, or had no effect."""


@fact(Action, "cancelled")
class ActionCancelled(Reasoned):
    """It is not needed any more."""


@fact(Action, "overdue")
class ActionOverdue(TimeFact):
    """Its day passed, and it is not done."""


class DecisionLevel(StrEnum):
    STEERING = "steering"
    MANAGEMENT = "management"


class DecisionState(StrEnum):
    IN_FORCE = "in_force"
    SUPERSEDED = "superseded"
    REVOKED = "revoked"


MOST_DECIDERS = 50


@aggregate("projects", "decisions", name="decision", needs="decide")
class LoggedDecision(Aggregate):
    """What was decided, by whom, when and why: an entry of the decision log.

    What is decided in Portolan, such as a paper, enters the log by itself. What was decided elsewhere is entered by who
    may decide. The content stays: another decision supersedes it, or it is revoked.
    """

    project_id: Annotated[Id | None, names("project"), filterable, at_creation] = None
    """The project that it is about."""
    portfolio_id: Annotated[Id | None, names("portfolio"), filterable, at_creation] = None
    """The portfolio that it is about, where it is about no single project."""
    level: Annotated[DecisionLevel, filterable, at_creation]
    """Whether those who steer decided it, or those who manage."""
    title: Annotated[Line, label, sortable, searched, at_creation]
    """The decision in a few words."""
    text: Annotated[Prose, Field(min_length=1), at_creation]
    """What was decided, as it binds."""
    decided_on: Annotated[Day, sortable, at_creation]
    """The day of the decision."""
    decided_by: Annotated[
        list[Annotated[Id, names("person")]], Field(max_length=MOST_DECIDERS), at_creation
    ] = []
    """The persons who decided."""
    rationale: Annotated[Prose, at_creation] = ""
    """Why it was decided so."""
    alternatives: Annotated[Prose, at_creation] = ""
    """What else was considered, and why it was not chosen."""
    origin: Annotated[Origin | None, not_given] = None
    """What it came from, such as a paper or a gate; null where somebody entered it."""
    supersedes_id: Annotated[Id | None, names("decision"), filterable, at_creation] = None
    """The decision in whose place it comes."""
    state: Annotated[DecisionState, filterable, not_given] = DecisionState.IN_FORCE
    """Whether it is in force."""


@fact(LoggedDecision, "superseded")
class DecisionSuperseded(Reasoned):
    """Another decision came in its place."""

    superseded_by_id: Id
    """The decision that came in its place."""


@fact(LoggedDecision, "revoked")
class DecisionRevoked(Reasoned):
    """It is not in force any more, and nothing came in its place."""

"""Registers, risks and their assessments."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from shared.contracts.language import Aggregate, Day, Fact, Id, Line, Prose, Reasoned, Shape, aggregate, fact
from shared.contracts.members import (
    at_creation,
    filterable,
    label,
    names,
    not_given,
    searched,
    sortable,
    unique,
)

Step = Annotated[int, Field(ge=1, le=5, strict=True)]
Score = Annotated[int, Field(ge=1, le=25)]


@aggregate("risk", "registers", key="project_id", read_only=True)
class Register(Aggregate):
    """A project's risk register, opened when the project is approved.

    Where an import brings a project in approved, the first risk or assessment opens it.
    """

    project_id: Annotated[Id, names("project"), unique, filterable]
    """The project whose risks it holds."""
    open: Annotated[bool, filterable] = True
    """Whether risks may be added and changed."""


@fact(Register, "opened")
class RegisterOpened(Fact):
    """The project was approved."""


@fact(Register, "closed")
class RegisterClosed(Fact):
    """The project ended."""

    reason: Line
    """What ended the project."""


class RiskState(StrEnum):
    IDENTIFIED = "identified"
    ASSESSED = "assessed"
    MONITORED = "monitored"
    OCCURRED = "occurred"
    CLOSED = "closed"


class Kind(StrEnum):
    THREAT = "threat"
    OPPORTUNITY = "opportunity"


@aggregate("risk", "risks", key="project_id")
class Risk(Aggregate):
    """What may happen to a project: because of a cause an event may come about and have an effect.

    Probability and impact are steps from 1 to 5; the score is their product, null until both are assessed.
    """

    project_id: Annotated[Id, names("project"), filterable, at_creation]
    """The project that is at risk."""
    title: Annotated[Line, label, sortable, searched]
    """The risk in a few words."""
    kind: Annotated[Kind, filterable] = Kind.THREAT
    """Whether its effect would be bad or good."""
    cause: Prose = ""
    """What is so today, from which the risk arises."""
    event: Prose = ""
    """What may happen."""
    effect: Prose = ""
    """What it would do to the objectives of the project."""
    probability: Annotated[Step | None, sortable, not_given] = None
    """From 1 (very low) to 5 (very high); null until assessed."""
    impact: Annotated[Step | None, sortable, not_given] = None
    """From 1 (very low) to 5 (very high); null until assessed."""
    score: Annotated[Score | None, sortable, not_given] = None
    """Probability times impact; null until assessed."""
    owner_id: Annotated[Id | None, names("person"), filterable] = None
    """The person who watches it and answers for the response."""
    state: Annotated[RiskState, filterable, not_given] = RiskState.IDENTIFIED
    """Where it stands; moves change it."""


class Rating(Shape):
    """How likely it is, and how much it would matter: steps from 1 (very low) to 5 (very high)."""

    probability: Step
    """From 1 (very low) to 5 (very high)."""
    impact: Step
    """From 1 (very low) to 5 (very high)."""


@fact(Risk, "assessed")
class RiskAssessed(Fact):
    """Probability and impact were rated."""

    probability: Step
    """From 1 (very low) to 5 (very high)."""
    impact: Step
    """From 1 (very low) to 5 (very high)."""


@fact(Risk, "monitored")
class RiskMonitored(Reasoned):
    """The risk is watched."""


@fact(Risk, "occurred")
class RiskOccurred(Reasoned):
    """It has happened: it is an issue now."""


@fact(Risk, "closed")
class RiskClosed(Reasoned):
    """It can no longer happen, or no longer matters."""


@aggregate("risk", "assessments")
class Assessment(Aggregate):
    """A dated rating of a project or a programme by somebody accountable: 1 is high risk, 5 is low risk.

    One without a rating says that none was given on its day, and its comment says why; no earlier one stands in for it.
    """

    project_id: Annotated[Id | None, names("project"), filterable] = None
    """The project that is rated; null where it is a programme."""
    programme_id: Annotated[Id | None, names("programme"), filterable] = None
    """The programme that is rated; null where it is a project."""
    rated_on: Annotated[Day, sortable]
    """The day of the rating."""
    rating: Annotated[Step | None, sortable] = None
    """From 1 (high risk) to 5 (low risk); null where none was given."""
    comment: Prose = ""
    """What the rating rests on, or why there is none."""

"""What the risk service publishes: registers, risks and assessments."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from shared.contracts.language import Aggregate, Day, Fact, Id, Line, Prose, Reasoned, aggregate, fact

Step = Annotated[int, Field(ge=1, le=5, strict=True)]


@aggregate("risk", "registers", key="project_id")
class Register(Aggregate):
    """A project's risk register, opened when the project is approved."""

    project_id: Id
    """The project whose risks it holds."""
    open: bool = True
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

    project_id: Id
    """The project that is at risk."""
    title: Line
    """The risk in a few words."""
    kind: Kind = Kind.THREAT
    """Whether its effect would be bad or good."""
    cause: Prose = ""
    """What is so today, from which the risk arises."""
    event: Prose = ""
    """What may happen."""
    effect: Prose = ""
    """What it would do to the objectives of the project."""
    probability: Step | None = None
    """From 1 (very low) to 5 (very high); null until assessed."""
    impact: Step | None = None
    """From 1 (very low) to 5 (very high); null until assessed."""
    score: Annotated[int, Field(ge=1, le=25)] | None = None
    """Probability times impact; null until assessed."""
    owner_id: Id | None = None
    """The person who watches it and answers for the response."""
    state: RiskState = RiskState.IDENTIFIED
    """Where it stands; moves change it."""


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
    """A dated rating of a project or a programme by somebody accountable: 1 is high risk, 5 is low risk."""

    project_id: Id | None = None
    """The project that is rated; null where it is a programme."""
    programme_id: Id | None = None
    """The programme that is rated; null where it is a project."""
    rated_on: Day
    """The day of the rating."""
    rating: Step
    """From 1 (high risk) to 5 (low risk)."""
    comment: Prose = ""
    """What the rating rests on."""

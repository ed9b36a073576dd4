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
    open: bool = True


@fact(Register, "opened")
class RegisterOpened(Fact):
    """The project was approved."""


@fact(Register, "closed")
class RegisterClosed(Fact):
    """The project ended."""

    reason: Line


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
    title: Line
    kind: Kind = Kind.THREAT
    cause: Prose = ""
    event: Prose = ""
    effect: Prose = ""
    probability: Step | None = None
    impact: Step | None = None
    score: Annotated[int, Field(ge=1, le=25)] | None = None
    owner_id: Id | None = None
    state: RiskState = RiskState.IDENTIFIED


@fact(Risk, "assessed")
class RiskAssessed(Fact):
    """Probability and impact were rated."""

    probability: Step
    impact: Step


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
    programme_id: Id | None = None
    rated_on: Day
    rating: Step
    comment: Prose = ""

"""What a project goes through under its method: phases with their outcomes, and the gates at which is decided."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from shared.base.money import Money
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
    aggregate,
    fact,
)
from shared.contracts.members import (
    at_creation,
    filterable,
    label,
    names,
    not_given,
    optional_at_creation,
    searched,
    sortable,
)
from shared.contracts.projects.control import DecisionLevel
from shared.contracts.projects.methods import (
    MOST_PARTS,
    ActsAs,
    BeingSomething,
    GatePlace,
    MethodCode,
    MethodCodes,
    ProjectSize,
)


class PhaseKind(StrEnum):
    PHASE = "phase"
    RELEASE = "release"


class PhaseState(StrEnum):
    PLANNED = "planned"
    RELEASED = "released"
    COMPLETED = "completed"
    SKIPPED = "skipped"


class PhaseOutcome(BeingSomething):
    """What is to be made, kept or reached in a phase."""

    code: MethodCode
    """By which gates name it; unique within the phase."""
    name: Line
    """What it is called."""
    mandatory: bool = True
    """Whether it must be accepted, or waived, before the phase ends."""
    of: MethodCode | None = None
    """Of several such aggregates the one that is meant: of mandates `initiation` or `execution`."""
    role: MethodCode | None = None
    """The role of the method that answers for it."""
    deliverable_id: Annotated[Id | None, names("deliverable")] = None
    """The deliverable that it is; null where it is something else, or not there yet."""
    waived_reason: Prose | None = None
    """Why the project does without it; null where it does not."""


Outcomes = Annotated[list[PhaseOutcome], Field(max_length=MOST_PARTS)]
Position = Annotated[int, Field(ge=0, le=10_000, strict=True)]


@aggregate("projects", "phases", key="project_id")
class Phase(Aggregate):
    """A part of the course of a project, or a release within one of its agile phases.

    Phases follow each other: the gate before one releases it. The first one without a gate at its start is released as soon as
    the project is approved.
    """

    project_id: Annotated[Id, names("project"), filterable, at_creation]
    """The project whose phase it is."""
    method_id: Annotated[Id | None, names("method"), filterable, not_given] = None
    """The edition of the method that asks for it; null where somebody wrote it."""
    kind: Annotated[PhaseKind, filterable, at_creation] = PhaseKind.PHASE
    """Whether it is a phase, or a release within one."""
    parent_id: Annotated[Id | None, names("phase"), filterable, at_creation] = None
    """Of a release the phase in which it lies."""
    code: Annotated[MethodCode, filterable, optional_at_creation]
    """By which the method names it; unique within the project."""
    name: Annotated[Line, label, sortable, searched]
    """What it is called."""
    goal: Prose = ""
    """What is to be reached in it."""
    position: Annotated[Position, sortable] = 0
    """Its place among the phases of the project, or among the releases of a phase."""
    agile: bool = False
    """Whether releases may lie in it."""
    planned_start_on: Annotated[Day | None, sortable] = None
    """Its first day, as planned."""
    planned_finish_on: Day | None = None
    """Its last day, as planned."""
    actual_start_on: Annotated[Day | None, not_given] = None
    """The day on which it was released."""
    actual_finish_on: Annotated[Day | None, not_given] = None
    """The day on which it was completed."""
    budget: Money | None = None
    """What may be spent in it once it is released."""
    requirement_ids: Annotated[list[Annotated[Id, names("requirement")]], Field(max_length=MOST_PARTS)] = []
    """The requirements that it is to fulfil."""
    outcomes: Outcomes = []
    """What is to be made, kept or reached in it."""
    state: Annotated[PhaseState, filterable, not_given] = PhaseState.PLANNED
    """Where it stands; gates and moves change it."""


@fact(Phase, "released")
class PhaseReleased(Reasoned):
    """Work in it may begin."""

    by_gate_id: Id | None = None
    """The gate that released it; null where it needed none."""


@fact(Phase, "completed")
class PhaseCompleted(Reasoned):
    """It is over."""

    by_gate_id: Id | None = None
    """The gate that ended it; null where somebody did."""


@fact(Phase, "reopened")
class PhaseReopened(Reasoned):
    """It is not over after all."""


@fact(Phase, "skipped")
class PhaseSkipped(Reasoned):
    """The project does without it."""


class GateState(StrEnum):
    PLANNED = "planned"
    READY = "ready"
    PASSED = "passed"
    PASSED_WITH_CONDITIONS = "passed_with_conditions"
    FAILED = "failed"


class GateCheck(Shape):
    """A question of the checklist of a gate."""

    text: Line
    """What is asked."""
    checked: bool = False
    """Whether it is answered with yes."""


class GateCondition(Shape):
    """What is to be done although the gate was passed. It becomes an action."""

    text: Line
    """What is to be done."""
    owner_id: Annotated[Id | None, names("person")] = None
    """The person who sees to it."""
    due_on: Day | None = None
    """The day by which it is to be done."""


class FailedNext(StrEnum):
    """Rework: it is decided again. Hold: the project is put on hold. Stop: it is discontinued."""

    REWORK = "rework"
    HOLD = "hold"
    STOP = "stop"


MOST_CONDITIONS = 50
Conditions = Annotated[list[GateCondition], Field(max_length=MOST_CONDITIONS)]


@aggregate("projects", "gates", key="project_id")
class Gate(Aggregate):
    """A point at which is decided whether and how a project goes on.

    At the start of a phase it releases it, at the end it completes it and releases the next one, within it changes neither.
    """

    project_id: Annotated[Id, names("project"), filterable, at_creation]
    """The project of which is decided."""
    phase_id: Annotated[Id | None, names("phase"), filterable, at_creation] = None
    """The phase or release in which it stands."""
    code: Annotated[MethodCode, filterable, optional_at_creation]
    """By which the method names it; unique within the phase."""
    name: Annotated[Line, label, sortable, searched]
    """What it is called."""
    at: Annotated[GatePlace, filterable, at_creation]
    """Where in the phase it stands."""
    level: Annotated[DecisionLevel, filterable, at_creation]
    """Whether those who steer decide it, or those who manage."""
    decider: Annotated[MethodCode | None, at_creation] = None
    """The role of the method that decides it."""
    acts_as: Annotated[ActsAs | None, not_given] = None
    """What that role is in the project: its sponsor, its manager or its committee."""
    position: Annotated[Position, sortable] = 0
    """Its place among the gates of the project."""
    planned_on: Annotated[Day | None, sortable] = None
    """The day of the decision, as planned."""
    forecast_on: Annotated[Day | None, sortable] = None
    """The day of the decision, as expected now."""
    decided_on: Annotated[Day | None, sortable, not_given] = None
    """The day on which it was decided."""
    checklist: Annotated[list[GateCheck], Field(max_length=100)] = []
    """What is asked before the decision; it helps, and bars nothing."""
    outcomes: MethodCodes = []
    """The outcomes of the phase that it asks for, by their codes; at the end beside all that are mandatory."""
    conditions: Conditions = []
    """What is to be done although it was passed. The next gate stays shut until it is."""
    reason: Annotated[Prose | None, not_given] = None
    """Why it was decided so."""
    next: Annotated[FailedNext | None, not_given] = None
    """What follows where it was not passed; null in all other states."""
    state: Annotated[GateState, filterable, not_given] = GateState.PLANNED
    """Where it stands; moves change it."""


class PassWithConditions(Decision):
    """What is to be done although a gate is passed."""

    conditions: Conditions = []
    """The conditions; where none are given, those that the gate names hold."""


class FailGate(Decision):
    """What follows where a gate is not passed."""

    next: FailedNext
    """What happens next."""


@fact(Gate, "prepared")
class GatePrepared(Reasoned):
    """It can be decided."""


@fact(Gate, "withdrawn")
class GateWithdrawn(Reasoned):
    """It is not to be decided yet."""


@fact(Gate, "passed")
class GatePassed(Decided):
    """The project goes on."""


@fact(Gate, "passed_with_conditions")
class GatePassedWithConditions(Decided):
    """The project goes on, and something is to be done by a day."""

    conditions: Conditions = []
    """What is to be done."""


@fact(Gate, "failed")
class GateFailed(Decided):
    """The project does not go on as it is."""

    next: FailedNext
    """What happens next."""


@fact(Gate, "reopened")
class GateReopened(Reasoned):
    """It is decided again."""


class ApplyMethod(Decision):
    """How a method is fitted to a project. Applied again, what was released, decided, linked or waived stays."""

    method_id: Annotated[Id | None, names("method")] = None
    """The edition of the method; null: the one that the project has, or else the one that the organisation prefers."""
    approach: MethodCode | None = None
    """Which of its approaches; null: the first one, or the one whose phases the project has."""
    scenario: MethodCode | None = None
    """The scenario whose modules are used."""
    modules: MethodCodes | None = None
    """The modules that are used beside the mandatory ones; null: those of the scenario, or all where there is none."""
    size: ProjectSize | None = None
    """The size of the project, by which phases are merged."""
    releases: Annotated[int, Field(ge=0, le=50, strict=True)] = 0
    """How many releases lie in the agile phase."""
    stages: Annotated[int, Field(ge=1, le=20, strict=True)] = 1
    """How often a phase that repeats is gone through."""
    gates: MethodCodes = []
    """The optional gates that are asked for."""
    language: Annotated[str, Field(pattern="^[a-z]{2,3}$", examples=["fr"])] | None = None
    """In which language phases, gates and outcomes are named; null: the first one of the organisation."""

"""What may be done with a gate: prepared by those who manage, decided by who the method says, and then it stays decided.

planned <-> ready -> passed, passed with conditions or failed; a failed one is decided again
"""

from shared.base.errors import Conflict, Fault, Invalid
from shared.base.texts import Text
from shared.contracts.language import Decision
from shared.contracts.projects.control import DecisionLevel
from shared.contracts.projects.methods import ActsAs, GatePlace
from shared.contracts.projects.phases import (
    FailGate,
    Gate,
    GateFailed,
    GatePassed,
    GatePassedWithConditions,
    GatePrepared,
    GateReopened,
    GateState,
    GateWithdrawn,
    PassWithConditions,
    Phase,
    PhaseOutcome,
    PhaseState,
)
from shared.contracts.words import called_state
from shared.domain.acts import ARCHIVE, CREATE, RESTORE
from shared.domain.lifecycle import Lifecycle, Move, Occasion
from shared.domain.stages import Act

S = GateState
DECIDED = (S.PASSED, S.PASSED_WITH_CONDITIONS, S.FAILED)
PASSED = (S.PASSED, S.PASSED_WITH_CONDITIONS)
DECISIONS = ("pass", "pass-with-conditions", "fail")
"""The moves that decide."""


def act(deed: str, gate: Gate, before: Gate | None) -> Act:
    """Gates are decided up to the end of a project; to archive or to restore one corrects the record."""
    if deed == CREATE:
        return Act.NEW_CHILD
    return Act.CORRECTION if deed in (ARCHIVE, RESTORE) else Act.EDIT


def is_steering(gate: Gate) -> bool:
    return gate.level is DecisionLevel.STEERING


def acts_as(gate: Gate) -> ActsAs:
    """Who decides it: as the method says, else the sponsor steers and the manager manages."""
    if gate.acts_as is not None:
        return gate.acts_as
    return ActsAs.SPONSOR if is_steering(gate) else ActsAs.MANAGER


def decide(gate: Gate, occasion: Occasion) -> None:
    """The day and the reason stay with it."""
    assert isinstance(occasion.body, Decision)
    gate.decided_on, gate.reason, gate.next = occasion.day, occasion.body.reason, None


def pass_with_conditions(gate: Gate, occasion: Occasion) -> GatePassedWithConditions:
    assert isinstance(occasion.body, PassWithConditions)
    decide(gate, occasion)
    gate.conditions = occasion.body.conditions or gate.conditions
    if not gate.conditions:
        raise Invalid(
            "say what is to be done although it is passed",
            Fault("required", "name at least one condition", pointer="/conditions"),
            code="conditions_missing",
        )
    return GatePassedWithConditions(reason=occasion.body.reason, conditions=gate.conditions)


def fail(gate: Gate, occasion: Occasion) -> GateFailed:
    assert isinstance(occasion.body, FailGate)
    decide(gate, occasion)
    gate.next = occasion.body.next
    return GateFailed(reason=occasion.body.reason, next=occasion.body.next)


def reopen(gate: Gate, occasion: Occasion) -> None:
    gate.decided_on = gate.reason = gate.next = None


LIFECYCLE = Lifecycle(
    "state",
    {
        "prepare": Move(S.PLANNED, S.READY, GatePrepared, needs="write", submits=True),
        "withdraw": Move(S.READY, S.PLANNED, GateWithdrawn, needs="write"),
        "pass": Move(
            S.READY,
            S.PASSED,
            GatePassed,
            needs="write",
            by_another=is_steering,
            awaited=True,
            effect=decide,
            checks_content=True,
            description="From ready to passed, by who holds the role that decides it. Refused (409 `outcomes_missing`, which"
            " lists them) until every mandatory outcome is accepted or waived. At the start of a phase it releases it; at the"
            " end it completes it, and the next one is released.",
        ),
        "pass-with-conditions": Move(
            S.READY,
            S.PASSED_WITH_CONDITIONS,
            GatePassedWithConditions,
            needs="write",
            by_another=is_steering,
            takes=PassWithConditions,
            effect=pass_with_conditions,
            checks_content=True,
            description="The same, with what is to be done by when: each condition becomes an action, and the next gate stays"
            " shut while one is open.",
        ),
        "fail": Move(
            S.READY,
            S.FAILED,
            GateFailed,
            needs="write",
            by_another=is_steering,
            takes=FailGate,
            effect=fail,
            checks_content=True,
            description="From ready to failed. `hold` puts the project on hold, `stop` discontinues it.",
        ),
        "reopen": Move(S.FAILED, S.READY, GateReopened, needs="write", effect=reopen, submits=True),
    },
)


def decided_stays(before: Gate) -> None:
    if before.state in DECIDED:
        raise Conflict("a gate that was decided stays as it is", code="gate_decided")


def phase_fits(gate: Gate, phase: Phase | None) -> None:
    """A gate stands in a phase of its own project, and names outcomes of that."""
    if gate.phase_id is not None and (phase is None or phase.project_id != gate.project_id):
        raise Invalid(
            "a gate stands in a phase of its project",
            Fault("other_project", "a phase of the same project", pointer="/phase_id"),
            code="phase_of_other_project",
        )
    codes = {one.code for one in phase.outcomes} if phase is not None else set()
    faults = [
        Fault("unknown_outcome", Text("the phase has no outcome {name}", name=one), pointer=f"/outcomes/{i}")
        for i, one in enumerate(gate.outcomes)
        if one not in codes
    ]
    if faults:
        raise Invalid("a gate asks for outcomes of its phase", *faults, code="unknown_outcome")


def asked_outcomes(gate: Gate, phase: Phase | None) -> list[PhaseOutcome]:
    """The outcomes that must be accepted or waived: those it names; at the end of a phase all mandatory ones besides."""
    if phase is None:
        return []
    ends = gate.at is GatePlace.END
    return [one for one in phase.outcomes if one.code in gate.outcomes or (ends and one.mandatory)]


def wanted_phase_state(gate: Gate) -> PhaseState:
    """Where its phase stands when it is passed."""
    return PhaseState.PLANNED if gate.at is GatePlace.START else PhaseState.RELEASED


def phase_allows(gate: Gate, phase: Phase | None) -> None:
    """Refuse (409 `phase_not_released`) a gate whose phase does not stand where the gate does."""
    if phase is not None and phase.state is not wanted_phase_state(gate):
        raise Conflict(
            Text("{phase} is {state}", phase=phase.name, state=called_state("phase", phase.state)),
            code="phase_not_released",
            state=phase.state.value,
        )

"""What follows where a gate is decided, in the same commit: phases, actions, the decision log, the project.

A document that is itself an outcome may pass the gate that waits for it: whoever signs a mandate calls `pass_by_outcome`.
"""

from collections.abc import Sequence
from uuid import UUID

from services.projects.control.action.api import ACTIONS
from services.projects.control.decision.api import DECISIONS
from services.projects.methods.gate import missing, rules
from services.projects.methods.gate.missing import ORIGIN, Being
from services.projects.methods.phase import course
from services.projects.structure.project.rules import LIFECYCLE as PROJECT_LIFECYCLE
from shared.base.ids import new_id
from shared.base.texts import ENGLISH, Text, in_language
from shared.contracts.language import Decision
from shared.contracts.projects.control import Origin
from shared.contracts.projects.methods import GatePlace
from shared.contracts.projects.phases import FailedNext, Gate, GatePassed, GateState, PhaseState
from shared.contracts.projects.structure import Project
from shared.domain.lifecycle import Occasion
from shared.domain.organisation import organisation_now
from shared.domain.register import make
from shared.domain.stages import was_begun
from shared.domain.work import Work

PROJECT_MOVES = {FailedNext.HOLD: "put-on-hold", FailedNext.STOP: "discontinue"}
"""What a gate that is not passed does to the project."""
MOST_LETTERS = 300


async def may_pass(work: Work, gate: Gate, accepted: Sequence[Being] = ()) -> None:
    """Refuse (409) to pass it: its phase does not stand there, an earlier condition is open, or an outcome is missing."""
    phase = await missing.phase_of(work, gate)
    rules.phase_allows(gate, phase)
    missing.refuse_open_conditions(gate, await missing.open_conditions(work, gate))
    missing.refuse_missing(gate, await missing.asked_of(work, gate, phase, accepted))


async def follow(work: Work, gate: Gate, by: Sequence[UUID]) -> None:
    """What follows once it was decided and saved."""
    await _log(work, gate, by)
    if gate.next is not None:
        await _move_project(work, gate, gate.next)
    if gate.state not in rules.PASSED:
        return
    if gate.state is GateState.PASSED_WITH_CONDITIONS:
        await _demand(work, gate)
    phase = await missing.phase_of(work, gate)
    if phase is not None and gate.at is GatePlace.START:
        await course.release(work, phase, await course.phases_of(work, gate.project_id), gate)
    elif phase is not None and gate.at is GatePlace.END:
        await course.end(work, phase, gate)


async def _log(work: Work, gate: Gate, by: Sequence[UUID]) -> None:
    """It enters the log of decisions, in the words of the organisation."""
    organisation = await organisation_now(work.store)
    language = ENGLISH if organisation is None else organisation.languages[0]
    title = in_language(_title(gate), language)
    await make(
        work,
        DECISIONS,
        new_id(),
        project_id=gate.project_id,
        level=gate.level,
        title=title[:MOST_LETTERS],
        text=gate.reason or title,
        decided_on=gate.decided_on,
        rationale=gate.reason or "",
        inherited={"decided_by": list(by), "origin": Origin(kind=ORIGIN, id=gate.id)},
    )


def _title(gate: Gate) -> Text:
    match gate.state:
        case GateState.PASSED:
            return Text("{gate}: passed", gate=gate.name)
        case GateState.PASSED_WITH_CONDITIONS:
            return Text("{gate}: passed with conditions", gate=gate.name)
        case _:
            return Text("{gate}: not passed", gate=gate.name)


async def _demand(work: Work, gate: Gate) -> None:
    """Each condition becomes an action with its owner and its day."""
    for condition in gate.conditions:
        await make(
            work,
            ACTIONS,
            new_id(),
            project_id=gate.project_id,
            title=condition.text,
            due_on=condition.due_on,
            origin=Origin(kind=ORIGIN, id=gate.id),
            inherited={"owner_id": condition.owner_id},
        )


async def _move_project(work: Work, gate: Gate, following: FailedNext) -> None:
    """Hold and stop move the project. Where its stage does not allow it, the gate does not fail so (409)."""
    if (verb := PROJECT_MOVES.get(following)) is None:
        return
    project = await work.load(Project, gate.project_id)
    occasion = Occasion(Decision(reason=gate.reason), work.effective_on, work.origin.auth_id)
    work.save(project, PROJECT_LIFECYCLE.make(project, verb, occasion))


async def pass_by_outcome(
    work: Work, project_id: UUID, being: Being, by: Sequence[UUID], reason: str | None = None
) -> Gate | None:
    """Pass the first open gate that asks for what becomes accepted in this unit, such as `("mandate", "execution")`.

    Answers the gate, or None where none asks for it. Refused (409) while the gate lacks anything else. A project that has
    begun in this unit is saved before: its first phase is released here, should it not be yet.
    """
    gate = await gate_waiting_for(work, project_id, being)
    if gate is None:
        return None
    await work.guard(course.guard(gate))
    project = await work.load(Project, project_id)
    if was_begun(project.stage):
        await course.begin(work, project)
    await may_pass(work, gate, [being])
    gate.state, gate.decided_on, gate.reason = GateState.PASSED, work.effective_on, reason
    gate = work.save(gate, GatePassed(reason=reason))
    await follow(work, gate, by)
    return gate


async def gate_waiting_for(work: Work, project_id: UUID, being: Being) -> Gate | None:
    """The first gate of the project, planned or ready, that asks for this; those of phases that are over do not count."""
    phases = {one.id: one for one in await course.phases_of(work, project_id)}
    for gate in await course.gates_of(work, project_id):
        phase = None if gate.phase_id is None else phases.get(gate.phase_id)
        if phase is None or phase.state in (PhaseState.COMPLETED, PhaseState.SKIPPED):
            continue
        if gate.state in (GateState.PLANNED, GateState.READY) and being in [
            (getattr(one, "is"), one.of) for one in rules.asked_outcomes(gate, phase)
        ]:
            return gate
    return None

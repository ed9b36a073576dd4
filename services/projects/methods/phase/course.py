"""The course of a project: which phase is released, which one ends, and what follows. All of it in the unit that calls.

Whoever changes the course holds its guard, so that of two who do at once only the first one does.
"""

from collections.abc import Sequence
from uuid import UUID

from services.projects.methods.phase import rules
from shared.contracts.language import plain
from shared.contracts.projects.methods import GatePlace
from shared.contracts.projects.phases import (
    Gate,
    GateState,
    Phase,
    PhaseCompleted,
    PhaseKind,
    PhaseReleased,
    PhaseState,
)
from shared.contracts.projects.structure import Project
from shared.domain.stages import was_begun
from shared.domain.work import Work

S = PhaseState
OPEN_GATES = (GateState.PLANNED, GateState.READY, GateState.FAILED)
PASSED = (GateState.PASSED, GateState.PASSED_WITH_CONDITIONS)


def guard(one: Phase | Gate) -> str:
    return f"course {one.project_id}"


async def phases_of(work: Work, project_id: UUID) -> list[Phase]:
    """As this unit leaves them, without archived ones."""
    stored = await work.select(Phase, "project_id = ?", (str(project_id),))
    return work.with_staged(
        Phase, stored, lambda one: one.project_id == project_id and one.archived_at is None
    )


async def gates_of(work: Work, project_id: UUID) -> list[Gate]:
    """The same of gates, in their order."""
    stored = await work.select(Gate, "project_id = ?", (str(project_id),))
    gates = work.with_staged(
        Gate, stored, lambda one: one.project_id == project_id and one.archived_at is None
    )
    return sorted(gates, key=lambda one: (one.position, one.id))


async def release(work: Work, phase: Phase, phases: Sequence[Phase], by: Gate | None = None) -> Phase:
    """Work in it may begin; so does its first release where no gate stands before that."""
    rules.may_begin(phase, phases)
    phase.state, phase.actual_start_on = S.RELEASED, phase.actual_start_on or work.effective_on
    phase = work.save(phase, PhaseReleased(by_gate_id=None if by is None else by.id))
    if phase.kind is PhaseKind.PHASE:
        await _tell_project(work, phase)
        await _begin_releases(work, phase)
    return phase


async def _tell_project(work: Work, phase: Phase) -> None:
    """The project says where it stands in the words of its method."""
    project = await work.load(Project, phase.project_id)
    if project.phase != phase.name:
        project.phase = phase.name
        work.save(project, plain(Project, "revised"))


async def _begin_releases(work: Work, phase: Phase) -> None:
    phases = await phases_of(work, phase.project_id)
    releases = [one for one in phases if one.parent_id == phase.id]
    if releases:
        await _release_next(work, releases[0], phases)


async def end(work: Work, phase: Phase, by: Gate) -> None:
    """It is over by a gate, and the next one is released."""
    phases = await phases_of(work, phase.project_id)
    rules.may_end(phase, phases)
    phase.state, phase.actual_finish_on = S.COMPLETED, work.effective_on
    work.save(phase, PhaseCompleted(by_gate_id=by.id))
    await release_next(work, phase, by)


async def release_next(work: Work, ended: Phase, by: Gate | None = None) -> None:
    """The one after it, unless a gate at its start is open yet."""
    await _release_next(work, ended, await phases_of(work, ended.project_id), by)


async def _release_next(work: Work, of: Phase, phases: Sequence[Phase], by: Gate | None = None) -> None:
    one = rules.next_planned(phases, of)
    if one is not None and not await _waits_for_gate(work, one):
        await release(work, one, phases, by)


async def _waits_for_gate(work: Work, phase: Phase) -> bool:
    gates = await gates_of(work, phase.project_id)
    return any(
        gate.phase_id == phase.id and gate.at is GatePlace.START and gate.state in OPEN_GATES
        for gate in gates
    )


async def begin(work: Work, project: Project) -> None:
    """Release the first phase, where the project has begun and no gate stands before it. Where phases were released
    before, nothing follows."""
    phases = [one for one in await phases_of(work, project.id) if one.kind is PhaseKind.PHASE]
    if phases and all(one.state in (S.PLANNED, S.SKIPPED) for one in phases):
        await work.guard(guard(phases[0]))
        await _release_next(work, phases[0], await phases_of(work, project.id))


async def follow_project(work: Work, project: Project, before: Project | None) -> None:
    """What follows for the course where a project begins; the answer is the project as that leaves it."""
    if before is not None and was_begun(project.stage) and not was_begun(before.stage):
        await begin(work, project)
        project.take(**vars(await work.load(Project, project.id)))


async def end_gate_open(work: Work, phase: Phase) -> Gate | None:
    """The gate at its end that is not passed yet."""
    gates = await gates_of(work, phase.project_id)
    return next(
        (
            gate
            for gate in gates
            if gate.phase_id == phase.id and gate.at is GatePlace.END and gate.state in OPEN_GATES
        ),
        None,
    )

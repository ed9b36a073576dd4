"""Once the execution mandate is signed, what the project must do moves only through an approved change."""

from services.projects.mandate.mandate.binding import binding_mandate
from shared.base.errors import Conflict
from shared.contracts.projects.change import Change, ChangeState
from shared.contracts.projects.intake import Priority, Requirement, RequirementState
from shared.contracts.projects.mandate import MandateKind
from shared.domain.work import Work

S = RequirementState
CARRIED_OUT = (ChangeState.APPROVED, ChangeState.IMPLEMENTING)
"""The states of changes that move what was mandated; one that was verified has done so."""


async def refuse_moved_must(work: Work, requirement: Requirement, before: Requirement | None) -> None:
    """Refuse (409 `must_is_mandated`) to agree, reopen or drop a must, unless an approved change that is being carried out names
    it. That it is fulfilled is what was mandated."""
    if before is None or before.state is requirement.state or requirement.state is S.FULFILLED:
        return
    await refuse_mandated(work, requirement)


async def refuse_mandated(work: Work, requirement: Requirement) -> None:
    """The same of archiving one."""
    if requirement.priority is not Priority.MUST or requirement.project_id is None:
        return
    if await binding_mandate(work, requirement.project_id, MandateKind.EXECUTION) is None:
        return
    if not await _is_changed(work, requirement):
        raise Conflict(
            "the execution mandate is signed: a must moves only through an approved change",
            code="must_is_mandated",
        )


async def _is_changed(work: Work, requirement: Requirement) -> bool:
    """Whether an approved change names it. What was conceded is accepted as it is, and moves nothing."""
    states = ", ".join(f"'{state.value}'" for state in CARRIED_OUT)
    project_id = str(requirement.project_id)
    stored = await work.select(Change, f"project_id = ? AND state IN ({states})", (project_id,))
    return any(
        requirement.id in one.requirement_ids and not one.conceded
        for one in stored
        if one.archived_at is None and one.state in CARRIED_OUT
    )

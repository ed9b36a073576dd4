"""Once the execution mandate is signed, what the project must do moves only through an approved change."""

from services.projects.mandate.mandate.binding import binding_mandate
from shared.base.errors import Conflict
from shared.contracts.projects.intake import Priority, Requirement, RequirementState
from shared.contracts.projects.mandate import MandateKind
from shared.domain.work import Work

S = RequirementState


async def refuse_moved_must(work: Work, requirement: Requirement, before: Requirement | None) -> None:
    """Refuse (409 `must_is_mandated`) to agree, reopen or drop a must. That it is fulfilled is what was mandated."""
    if before is None or before.state is requirement.state or requirement.state is S.FULFILLED:
        return
    await refuse_mandated(work, requirement)


async def refuse_mandated(work: Work, requirement: Requirement) -> None:
    """The same of archiving one."""
    if requirement.priority is not Priority.MUST or requirement.project_id is None:
        return
    if await binding_mandate(work, requirement.project_id, MandateKind.EXECUTION) is not None:
        raise Conflict(
            "the execution mandate is signed: a must moves only through an approved change",
            code="must_is_mandated",
        )

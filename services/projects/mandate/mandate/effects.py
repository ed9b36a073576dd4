"""What follows from a mandate that binds, or binds no more: the life of its project.

An execution mandate sets what is planned: its budget is the planned cost, the last day of its plan the planned finish. A planned
start that the project has already stays, unless it lies after that; otherwise it is the first day of the plan.
"""

from collections.abc import Iterable

from services.projects.mandate.mandate import gates
from services.projects.mandate.mandate.binding import mandates_of
from services.projects.structure.project.api import PROJECTS
from services.projects.structure.project.rules import dates_in_order
from shared.base.errors import Conflict
from shared.contracts.language import Fact, plain
from shared.contracts.projects.mandate import Mandate, MandateClosed, MandateKind, MandateSigned, MandateState
from shared.contracts.projects.structure import (
    Project,
    ProjectApproved,
    ProjectInitiated,
    ProjectPutOnHold,
    Stage,
)
from shared.domain.register import save
from shared.domain.stages import NOT_APPROVED
from shared.domain.work import Work

S = MandateState
HELD_FROM = (Stage.INITIATING, Stage.APPROVED, Stage.ACTIVE)


async def bind(work: Work, mandate: Mandate) -> None:
    """The last signature was given: the mandate binds, and its project is initiated or approved."""
    mandate.take(state=S.SIGNED, signed_on=work.effective_on)
    work.save(mandate, MandateSigned())
    project = await work.load(Project, mandate.project_id)
    others = await mandates_of(work, mandate.project_id)
    if mandate.kind is MandateKind.INITIATION:
        await _initiate(work, mandate, project, others)
    else:
        await _approve(work, mandate, project, others)
    await gates.pass_gate(work, project, mandate)


async def _initiate(work: Work, mandate: Mandate, project: Project, mandates: Iterable[Mandate]) -> None:
    if project.stage is Stage.PROPOSED or _was_held_while_initiating(project, mandates):
        project.stage = Stage.INITIATING
        await save(work, PROJECTS, project, ProjectInitiated(mandate_id=mandate.id))
    elif project.stage is not Stage.INITIATING:
        raise Conflict("the initiation of the project is over", code="initiation_over")


async def _approve(work: Work, mandate: Mandate, project: Project, mandates: Iterable[Mandate]) -> None:
    """What is planned is as it was mandated; a project that runs already goes on under the new terms."""
    is_approved = project.stage in NOT_APPROVED or _was_held_while_initiating(project, mandates)
    project.planned_cost = mandate.budget
    days = sorted(one.due_on for one in mandate.plan)
    if days:
        project.planned_finish_on = days[-1]
        if project.planned_start_on is None or project.planned_start_on > days[-1]:
            project.planned_start_on = days[0]
    dates_in_order(project)
    fact: Fact = plain(Project, "revised")
    if is_approved:
        project.stage, fact = Stage.APPROVED, ProjectApproved()
    if work.is_changed(project):
        await save(work, PROJECTS, project, fact)
    for one in mandates:
        if one.kind is MandateKind.INITIATION and one.state is S.SIGNED:
            one.state = S.CLOSED
            work.save(one, MandateClosed(by_id=mandate.id))


def _was_held_while_initiating(project: Project, mandates: Iterable[Mandate]) -> bool:
    """Whether the project is on hold because its initiation mandate was revoked, and was never approved."""
    bound = [one for one in mandates if one.signed_on is not None]
    return (
        project.stage is Stage.ON_HOLD
        and any(one.kind is MandateKind.INITIATION and one.state is S.REVOKED for one in bound)
        and not any(one.kind is MandateKind.EXECUTION and one.state is not S.SIGNED for one in bound)
    )


async def hold(work: Work, mandate: Mandate) -> None:
    """A project whose mandate was revoked goes on only by a decision, or another mandate."""
    project = await work.load(Project, mandate.project_id)
    if project.stage in HELD_FROM:
        project.stage = Stage.ON_HOLD
        await save(
            work, PROJECTS, project, ProjectPutOnHold(reason=f"the mandate {mandate.code} was revoked")
        )

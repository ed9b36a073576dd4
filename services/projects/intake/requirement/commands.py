"""What is checked of requirements, and how they become the project's."""

from collections.abc import Sequence

from services.projects.intake.requirement import rules, trace
from services.projects.intake.requirement.binding import refuse_mandated, refuse_moved_must
from services.projects.standing import of_project
from shared.contracts.language import plain
from shared.contracts.projects.intake import Request, Requirement, RequirementState
from shared.domain.acts import Acts, Standing
from shared.domain.work import Work


async def _standing(work: Work, requirement: Requirement) -> Standing | None:
    """One of a request alone asks no project."""
    return None if requirement.project_id is None else await of_project(work, requirement)


ACTS = Acts(_standing, rules.act)


async def check(work: Work, requirement: Requirement) -> None:
    rules.belongs_to_something(requirement)
    rules.stays_as_agreed(requirement, work.before(requirement))
    await refuse_moved_must(work, requirement, work.before(requirement))
    await trace.check(work, requirement)


async def refuse_archiving_mandated(work: Work, requirement: Requirement) -> Sequence[Requirement]:
    """What is archived is dropped without a word; nothing goes with one."""
    if requirement.archived_at is None and requirement.state is not RequirementState.DROPPED:
        await refuse_mandated(work, requirement)
    return ()


async def hand_over(work: Work, request: Request) -> None:
    """What a request requires is required of the project that it became."""
    assert request.became is not None
    where = "request_id = ? AND project_id IS NULL"
    for requirement in await work.select(Requirement, where, (str(request.id),)):
        requirement.project_id = request.became.id
        work.save(requirement, plain(Requirement, "revised"))

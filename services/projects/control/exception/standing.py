"""The exceptions of a project on one axis, as a unit leaves them."""

from uuid import UUID

from shared.contracts.projects.change import Axis, ExceptionLevel, ProjectException
from shared.domain.work import Work


async def ones_of(
    work: Work, project_id: UUID, axis: Axis, level: ExceptionLevel = ExceptionLevel.PROJECT
) -> list[ProjectException]:
    stored = await work.select(
        ProjectException,
        "project_id = ? AND axis = ? AND level = ?",
        (str(project_id), axis.value, level.value),
    )
    return work.with_staged(
        ProjectException,
        stored,
        lambda one: (
            (one.project_id, one.axis, one.level) == (project_id, axis, level) and one.archived_at is None
        ),
    )

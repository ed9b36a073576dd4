"""The approved changes of a project: each allows one baseline, unless it was conceded, so that nothing is planned anew."""

from uuid import UUID

from shared.contracts.projects.change import Change
from shared.domain.work import Work


async def approved_changes(work: Work, project_id: UUID) -> set[UUID]:
    """The changes of the project that are approved, whatever has been done with them since."""
    stored = await work.select(Change, "project_id = ? AND approved_on IS NOT NULL", (str(project_id),))
    approved = work.with_staged(
        Change, stored, lambda one: one.project_id == project_id and one.approved_on is not None
    )
    return {one.id for one in approved if not one.conceded and one.archived_at is None}

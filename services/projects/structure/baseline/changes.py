"""The approved changes of a project: each allows one baseline.

Changes come with the control of projects. Until then there is none, and a project has one baseline.
"""

from uuid import UUID

from shared.domain.work import Work


async def approved_changes(work: Work, project_id: UUID) -> set[UUID]:
    """The changes of the project that are approved, whatever has been done with them since."""
    return set()

"""What follows in a project once other terms bind it: who decides its changes, and which forecasts leave a tolerance."""

from uuid import UUID

from services.projects.control.change.authority import follow_authority
from services.projects.control.exception.raising import follow_forecasts
from shared.domain.work import Work


async def follow_terms(work: Work, project_id: UUID) -> None:
    await follow_authority(work, project_id)
    await follow_forecasts(work, project_id)

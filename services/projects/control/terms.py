"""Which terms bind a project. There are no mandates yet: nothing binds, and the sponsor decides."""

from uuid import UUID

from services.projects.control.tolerances import Terms
from shared.domain.work import Work


async def binding_terms(work: Work, project_id: UUID) -> Terms | None:
    """Of the execution mandate that is signed; None where there is none."""
    return None

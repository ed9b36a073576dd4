"""Which mandates bind a project."""

from collections.abc import Sequence
from uuid import UUID

from shared.contracts.projects.mandate import Mandate, MandateKind, MandateState
from shared.domain.work import Work


async def mandates_of(work: Work, project_id: UUID) -> Sequence[Mandate]:
    """All mandates of a project that are not archived, as the unit leaves them."""
    stored = await work.select(Mandate, "project_id = ?", (str(project_id),))
    return work.with_staged(
        Mandate, stored, lambda one: one.project_id == project_id and one.archived_at is None
    )


async def binding_mandate(work: Work, project_id: UUID, kind: MandateKind) -> Mandate | None:
    """The mandate of this kind that binds the project now; None where none does."""
    signed = (one for one in await mandates_of(work, project_id) if one.state is MandateState.SIGNED)
    return next((one for one in signed if one.kind is kind), None)

"""What a project needs that is above the limit of its portfolio: a resolution of those above, or a decision paper."""

from collections.abc import Iterable
from uuid import UUID

from services.projects.intake.request.resolutions import limit_reached, limits_of
from shared.base.errors import Conflict
from shared.base.money import Money
from shared.base.texts import Text
from shared.contracts.projects.strategy import ResolutionLimit
from shared.contracts.projects.structure import Project
from shared.domain.work import Work


async def limit_of(work: Work, project_id: UUID, costs: Iterable[Money]) -> ResolutionLimit | None:
    """The highest limit that one of the costs is above; what costs nothing is above none."""
    dear = [cost for cost in costs if cost.minor > 0]
    if not dear:
        return None
    project = await work.load(Project, project_id)
    limits = await limits_of(work, project.portfolio_id)
    reached = [limit for cost in dear if (limit := limit_reached(limits, cost)) is not None]
    return max(reached, key=lambda one: one.amount.minor, default=None)


def refuse_without_resolution(limit: ResolutionLimit) -> None:
    """Refuse (409 `resolution_needed`) to decide it alone, naming the limit and whose resolution is needed."""
    raise Conflict(
        Text(
            "above {amount} {currency} a resolution is needed: {decided_by}",
            amount=limit.amount.amount,
            currency=limit.amount.currency,
            decided_by=limit.decided_by,
        ),
        code="resolution_needed",
        limit=limit.amount.model_dump(),
        decided_by=limit.decided_by,
    )

"""What a project needs that is above the limit of its portfolio: a resolution of those above, or a decision paper."""

from collections.abc import Iterable
from uuid import UUID

from services.projects.intake.request.resolutions import limit_reached, limits_of
from services.projects.mandate.decision_paper.resolving import covers, papers_on
from shared.base.errors import Conflict
from shared.base.money import Money
from shared.base.texts import Text
from shared.contracts.language import Aggregate, type_name
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


async def is_resolved(work: Work, one: Aggregate, cost: Money | None) -> bool:
    """Whether a paper on it was granted, for no less than it costs by now."""
    papers = await papers_on(work, type_name(type(one)), one.id)
    return any(covers(paper, cost) for paper in papers)


async def refuse_without_resolution(
    work: Work, limit: ResolutionLimit, one: Aggregate, cost: Money | None
) -> None:
    """Refuse (409 `resolution_needed`) to decide it alone, naming the limit and whose resolution is needed. A paper on it that
    was granted takes the place of a resolution; the sponsor then does what it says."""
    if await is_resolved(work, one, cost):
        return
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

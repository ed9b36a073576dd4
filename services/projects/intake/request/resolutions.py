"""Above the limit of its portfolio a request is decided by a resolution, and by nobody alone.

There are no resolutions of committees yet. A paper on the request takes their place: once it is granted, the request is approved
as any other, up to the likely cost with which the paper was circulated.
"""

from collections.abc import Sequence
from uuid import UUID

from services.projects.mandate.decision_paper.resolving import covers, papers_on
from shared.base.errors import Conflict, Fault
from shared.base.money import Money
from shared.base.texts import Text
from shared.contracts.projects.intake import Request
from shared.contracts.projects.strategy import Portfolio, ResolutionLimit
from shared.domain.work import Work


async def refuse_without_one(work: Work, request: Request) -> None:
    """Refuse (409 `resolution_needed`) to approve it alone, naming the limit and whose resolution is needed; and (409
    `resolution_outgrown`) what costs more by now than the paper on it was granted for."""
    limit = limit_reached(await limits_of(work, request.portfolio_id), request.cost_likely)
    if limit is None:
        return
    papers = await papers_on(work, "request", request.id)
    if any(covers(paper, request.cost_likely) for paper in papers):
        return
    if papers:
        raise Conflict(
            "it costs more by now than the paper on it was granted for: circulate another one",
            Fault("outgrown", "more than the paper was granted for", pointer="/cost_likely"),
            code="resolution_outgrown",
            paper_id=str(papers[-1].id),
        )
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


def limit_reached(limits: Sequence[ResolutionLimit], cost: Money | None) -> ResolutionLimit | None:
    """The highest of the limits that a cost is above. A cost that is unknown, or of a currency in which there is no limit,
    counts as above all: nobody can tell."""
    if not limits:
        return None
    comparable = [one for one in limits if cost is not None and one.amount.currency == cost.currency]
    above = [one for one in comparable if cost is not None and cost.minor > one.amount.minor]
    if comparable and not above:
        return None
    return max(above or limits, key=lambda one: one.amount.minor)


async def limits_of(work: Work, portfolio_id: UUID | None) -> Sequence[ResolutionLimit]:
    """Of the portfolio, or of the nearest one above it that has some."""
    while portfolio_id is not None:
        portfolio = await work.find_by_id(Portfolio, portfolio_id)
        if portfolio is None:
            return ()
        if portfolio.limits:
            return portfolio.limits
        portfolio_id = portfolio.parent_id
    return ()

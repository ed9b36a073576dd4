"""Above the limit of its portfolio a request is decided by a resolution, and by nobody alone.

There are no resolutions yet: such a request stays qualified.
"""

from collections.abc import Sequence
from uuid import UUID

from shared.base.errors import Conflict
from shared.base.money import Money
from shared.base.texts import Text
from shared.contracts.projects.intake import Request
from shared.contracts.projects.strategy import Portfolio, ResolutionLimit
from shared.domain.work import Work


async def refuse_without_one(work: Work, request: Request) -> None:
    """Refuse (409 `resolution_needed`) to approve it alone, naming the limit and whose resolution is needed."""
    limit = limit_reached(await limits_of(work, request.portfolio_id), request.cost_likely)
    if limit is not None:
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

"""What is checked of portfolios against their neighbours."""

from typing import Any
from uuid import UUID

from services.projects.confidential import check_confidential
from services.projects.strategy.portfolio import rules
from services.projects.strategy.portfolio.model import PortfolioRow
from shared.contracts.projects.strategy import Portfolio
from shared.domain.references import takes_new
from shared.domain.trees import Parents
from shared.domain.work import Work

HIERARCHY = "portfolio-hierarchy"


def guard(portfolio: Any) -> str | None:
    """Of two who change the hierarchy at once only the first does."""
    return None if portfolio.parent_id is None else HIERARCHY


async def check(work: Work, portfolio: Portfolio) -> None:
    rules.thresholds_rise(portfolio)
    check_confidential(work, portfolio)
    await takes_new(work, PortfolioRow, portfolio, "parent_id")
    before = work.before(portfolio)
    if portfolio.parent_id is not None and (before is None or before.parent_id != portfolio.parent_id):
        await work.guard(HIERARCHY)
        rules.fits_into(portfolio.id, portfolio.parent_id, await hierarchy(work))


async def hierarchy(work: Work) -> Parents[UUID]:
    """The parents of all portfolios as this unit leaves them; guarded, so that two moves cannot close a cycle."""
    rows = await work.store.fetch("SELECT id, parent_id FROM portfolio")
    stored = {UUID(id): UUID(parent) if parent else None for id, parent in rows}
    return Parents(stored | {id: p.parent_id for id, p in work.staged(Portfolio).items()})

"""What is checked of portfolios against their neighbours."""

from typing import Any
from uuid import UUID

from services.projects.portfolio import rules
from shared.base.errors import Fault, Invalid
from shared.contracts.projects import Portfolio
from shared.domain.work import Work

HIERARCHY = "portfolio-hierarchy"


def guard(portfolio: Any) -> str | None:
    """Of two who change the hierarchy at once only the first does."""
    return None if portfolio.parent_id is None else HIERARCHY


async def check(work: Work, portfolio: Portfolio) -> None:
    rules.thresholds_rise(portfolio)
    rules.not_under_itself(portfolio.id, await ancestors(work, portfolio.parent_id))


async def ancestors(work: Work, parent_id: UUID | None) -> list[UUID]:
    """From the nearest upwards; the hierarchy is guarded, so that two moves cannot close a cycle between them."""
    found: list[UUID] = []
    if parent_id is not None:
        await work.guard(HIERARCHY)
    while parent_id is not None and len(found) <= rules.DEEPEST:
        parent = await work.known(Portfolio, parent_id)
        if parent is None:
            raise Invalid(
                "the parent is not there", Fault("not_found", "no such portfolio", pointer="/parent_id")
            )
        found.append(parent.id)
        parent_id = parent.parent_id
    return found

"""What is checked of portfolios against their neighbours."""

from services.projects.confidential import check_confidential
from services.projects.strategy.portfolio import rules
from shared.contracts.projects.strategy import Portfolio
from shared.domain.hierarchies import Hierarchy
from shared.domain.work import Work

HIERARCHY = Hierarchy(Portfolio)
"""More levels than any organisation has."""


async def check(work: Work, portfolio: Portfolio) -> None:
    rules.thresholds_rise(portfolio)
    await check_confidential(work, portfolio)
    await HIERARCHY.check(work, portfolio)

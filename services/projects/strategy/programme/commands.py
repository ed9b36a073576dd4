"""What is checked of programmes against their neighbours."""

from services.projects.confidential import check_confidential
from services.projects.strategy.portfolio.model import PortfolioRow
from shared.contracts.projects.strategy import Programme
from shared.domain.references import takes_new
from shared.domain.work import Work


async def check(work: Work, programme: Programme) -> None:
    check_confidential(work, programme)
    await takes_new(work, PortfolioRow, programme, "portfolio_id")

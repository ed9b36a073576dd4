"""The portfolio overview."""

from typing import Annotated

from services.reporting.dashboard import Dashboard, DashboardAnswer, Per, additive
from services.reporting.dashboards.portfolios.shapes import PortfolioSummary, Total
from services.reporting.dashboards.portfolios.view import portfolio_summary, summary
from services.reporting.scope import NarrowedQuery


class PortfolioOverviewPage(DashboardAnswer):
    """Portfolios as counts and sums. Every portfolio is listed; what is counted and summed is narrowed by `stage` and
    `health`. Archived projects are counted apart, and stay in the sums."""

    items: Annotated[list[PortfolioSummary], additive(portfolio_summary, Per.PORTFOLIO)]
    """The portfolios, by name."""
    total: Annotated[Total, additive(summary, Per.WHOLE)]
    """All projects together."""


OVERVIEW = Dashboard("/v1/portfolios", PortfolioOverviewPage, NarrowedQuery, tag="Portfolios")

"""The portfolio overview."""

import json
from typing import Any

from services.reporting.asof import AsOf, AsOfQuery, as_of, positions
from services.reporting.dashboards.portfolios import view
from services.reporting.dashboards.portfolios.shapes import PortfolioOverviewPage
from services.reporting.dashboards.projects.view import portfolios_by_id
from services.reporting.memo import remembered
from services.reporting.scope import HEALTHS, STAGES
from services.reporting.totals.view import cells
from shared.http.call import Answer, Call
from shared.http.routes import Routes


class OverviewQuery(AsOfQuery):
    """As of which day, and of which projects; where none are named, of all."""

    stage: STAGES = ()
    health: HEALTHS = ()


ALL = OverviewQuery()
routes = Routes(
    "reporting",
    "Portfolios",
    names_service=True,
    about="Portfolios with the sums over their projects, as of any day.",
)


@routes.get("/v1/portfolios")
async def portfolio_overview(call: Call, query: OverviewQuery) -> Answer[PortfolioOverviewPage]:
    """Portfolios as counts and sums. Every portfolio is listed; what is counted and summed is narrowed by `stage` and
    `health`. Archived projects are counted apart, and stay in the sums."""
    at = as_of(call, query)

    async def make() -> bytes:
        return json.dumps(await overview(call, at, query) | {"positions": await positions(call)}).encode()

    return Answer(200, await remembered(call.kernel.store, ("portfolios", at, query), make))


async def overview(call: Call, at: AsOf, query: OverviewQuery = ALL) -> dict[str, Any]:
    store = call.kernel.store
    portfolios = await portfolios_by_id(store, at, archived=True)
    counted = {
        cell: sums
        for cell, sums in (await cells(store, at.day)).items()
        if (not query.stage or cell.stage in query.stage)
        and (not query.health or cell.health in query.health)
    }
    return view.overview(portfolios, counted, at, call.kernel.settings.reporting_currency)

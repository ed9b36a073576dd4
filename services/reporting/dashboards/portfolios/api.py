"""The portfolio overview."""

import json
from collections.abc import Collection
from typing import Any

from services.reporting.asof import AsOf, AsOfQuery, as_of, positions
from services.reporting.dashboards.portfolios import view
from services.reporting.dashboards.portfolios.shapes import PortfolioOverviewPage
from services.reporting.dashboards.portfolios.standing import Standing, standing
from services.reporting.history.portfolios import portfolios_by_id
from services.reporting.memo import remembered
from services.reporting.scope import HEALTHS, STAGES
from services.reporting.totals.contributions import Cell
from services.reporting.totals.view import Cells, cells
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
    if not query.stage and not query.health and (stands := await _standing(call, at)):
        return Answer(200, stands.text(await positions(call)))

    async def make() -> bytes:
        return json.dumps(await overview(call, at, query) | {"positions": await positions(call)}).encode()

    return Answer(200, await remembered(call.kernel.store, ("portfolios", at, query), make))


async def _standing(call: Call, at: AsOf) -> Standing | None:
    return await standing(call.kernel.store, at, call.kernel.settings.reporting_currency)


async def overview(call: Call, at: AsOf, query: OverviewQuery = ALL) -> dict[str, Any]:
    """Every portfolio, and the total; `query` narrows what is counted."""
    store, reporting = call.kernel.store, call.kernel.settings.reporting_currency
    if stands := await _standing(call, at):
        if not query.stage and not query.health:
            return stands.content()
        counted = narrowed(stands.cells, query.stage, query.health)
        return view.overview(stands.portfolios, counted, at, reporting)
    portfolios = await portfolios_by_id(store, at, archived=True)
    counted = narrowed(await cells(store, at.day), query.stage, query.health)
    return view.overview(portfolios, counted, at, reporting)


def narrowed(counted: Cells, stages: Collection[str], healths: Collection[str]) -> Cells:
    """The cells of these stages and healths; where none are named, all."""

    def is_wanted(cell: Cell) -> bool:
        return (not stages or cell.stage in stages) and (not healths or cell.health in healths)

    return {cell: sums for cell, sums in counted.items() if is_wanted(cell)}

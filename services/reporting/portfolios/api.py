"""The portfolio overview."""

import json
from typing import Any

from services.reporting.asof import AS_OF, AsOf, as_of, positions
from services.reporting.memo import remembered
from services.reporting.portfolios import view
from services.reporting.portfolios.shapes import PortfolioOverviewPage
from services.reporting.projects.api import HEALTH, STAGE
from services.reporting.projects.view import portfolios_by_id
from shared.http.call import Answer, Call
from shared.http.routes import Routes

routes = Routes("reporting", "Portfolios")


@routes.route("GET", "/v1/portfolios", id="reporting_portfolios", summary="Portfolios as counts and sums",
              shape=PortfolioOverviewPage, parameters=(AS_OF, STAGE, HEALTH),
              description="Every portfolio is listed; what is counted and summed is narrowed by `stage` and `health`. Archived"
              " projects are counted apart, and stay in the sums.")  # fmt: skip
async def portfolio_overview(call: Call) -> Answer:
    at = as_of(call)

    async def make() -> bytes:
        return json.dumps(await overview(call, at) | {"positions": await positions(call)}).encode()

    return Answer(200, await remembered(call.kernel.store, ("portfolios", at, *_narrowed(call)), make))


async def overview(call: Call, at: AsOf) -> dict[str, Any]:
    portfolios = await portfolios_by_id(call.kernel.store, at, archived=True)
    stages, healths = _narrowed(call)
    counted = [
        count
        for count in await view.counts(call.kernel.store, portfolios.values(), at)
        if (not stages or count.stage in stages) and (not healths or count.health in healths)
    ]
    return view.overview(portfolios, counted, at, call.kernel.settings.reporting_currency)


def _narrowed(call: Call) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """(stages, healths) that are asked for; empty: all."""
    stages, healths = (tuple(sorted(call.query.get(name, ()))) for name in ("stage", "health"))
    return stages, healths

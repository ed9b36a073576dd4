"""The routes of cost estimates, what they come to together, and what like projects cost."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from services.finance.appraisal.cost_estimate import commands, rules
from services.finance.appraisal.cost_estimate.comparing import (
    Analogues,
    TotalOfEstimates,
    analogues,
    total_of,
)
from services.finance.appraisal.cost_estimate.model import CostEstimateRow
from services.finance.tables import KNOWN_PORTFOLIO, KNOWN_PROGRAMME
from shared.base.errors import NotFound
from shared.contracts.finance.appraisal import CostEstimate
from shared.contracts.language import Id as EntityId
from shared.domain.register import Register
from shared.http.call import Answer, Call
from shared.http.collection import register_routes
from shared.http.path import Id
from shared.http.query import Query
from shared.http.routes import Routes

COST_ESTIMATES = Register(CostEstimate, CostEstimateRow, check=commands.check, lifecycle=rules.LIFECYCLE)


class TotalQuery(Query):
    """Which estimates are summed, and how much their lines hang together."""

    portfolio_id: EntityId | None = Field(
        default=None, description="Only those below this portfolio or programme; all where left out."
    )
    correlation_percent: Annotated[int, Field(ge=0, le=100)] = Field(
        default=0,
        description="The correlation of every two lines, in percent: 0 independent, 100 all together.",
    )


routes = Routes("finance", "Cost estimates")
register_routes(routes, COST_ESTIMATES)


@routes.get("/v1/cost-estimates/{id}/analogues", refusals=(404,))
async def analogues_of(call: Call, id: Id) -> Answer[Analogues]:
    """Closed projects of a like size, with what they were estimated at and what they cost. The error says how much more."""
    estimate = await call.work.load(CostEstimate, id)
    answer = await analogues(call.work, estimate)
    return Answer(200, answer.model_dump_json().encode())


@routes.get("/v1/cost-estimate-totals", refusals=(404, 409))
async def total(call: Call, query: TotalQuery) -> Answer[TotalOfEstimates]:
    """Sum of the baselined estimates that the caller sees, with the correlation that is stated. Run cost stands apart."""
    id = None if query.portfolio_id is None else str(query.portfolio_id)
    if id is not None and not (call.sight.sees(id) and await _is_known(call, id)):
        raise NotFound("there is no such portfolio")
    answer = await total_of(call.work, id, query.correlation_percent)
    return Answer(200, answer.model_dump_json().encode())


async def _is_known(call: Call, id: str) -> bool:
    kinds = (KNOWN_PORTFOLIO, KNOWN_PROGRAMME)
    return any([await kind.get(call.work, UUID(id)) is not None for kind in kinds])

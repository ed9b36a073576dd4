"""Risk exposure."""

import json
from typing import Any

from pydantic import Field

from services.reporting.asof import AsOf, as_of, positions
from services.reporting.dashboards.exposure import view
from services.reporting.history.view import states
from services.reporting.memo import remembered
from services.reporting.scope import ScopedQuery, Within, ended, within
from shared.contracts.language import AnswerShape, Day, Id
from shared.http.call import Answer, Call
from shared.http.routes import Routes


class RiskLine(AnswerShape):
    id: Id
    """The id of the risk."""
    project_id: Id
    """The project that is at risk."""
    title: str
    """The risk in a few words."""
    state: str
    """Where it stands."""
    probability: int | None
    """From 1 (very low) to 5 (very high); null until assessed."""
    impact: int | None
    """From 1 (very low) to 5 (very high); null until assessed."""
    score: int | None
    """Probability times impact."""
    owner_id: Id | None
    """The person who watches it."""


class RiskExposure(AnswerShape):
    matrix: list[list[int]] = Field(
        description="Open threats of projects that have not ended: row = probability 1-5, column = impact 1-5."
    )
    by_state: dict[str, int]
    """How many risks are in each state."""
    worst: list[RiskLine]
    """The open threats with the highest scores."""
    ratings: dict[str, int] = Field(
        description="Projects and programmes by their newest rating; 1 is high risk."
    )
    as_of: Day
    """The day of the figures."""
    positions: dict[str, str]
    """Up to where each source was read: topic and partition, with the position."""


routes = Routes(
    "reporting", "Risk exposure", names_service=True, about="Open risks by probability and impact."
)


@routes.get("/v1/risk-exposure")
async def risk_exposure(call: Call, query: ScopedQuery) -> Answer[RiskExposure]:
    """Risk exposure."""
    at = as_of(call, query)

    async def make() -> bytes:
        told = await exposure(call, at, await within(call.kernel.store, at, query))
        return json.dumps(told | {"as_of": at.on.isoformat(), "positions": await positions(call)}).encode()

    return Answer(200, await remembered(call.kernel.store, ("exposure", at, query), make))


async def exposure(call: Call, at: AsOf, scope: Within) -> dict[str, Any]:
    risks = [r for r in await states(call.kernel.store, "risk", at.until) if scope.holds(r)]
    gone = await ended(call.kernel.store, at)
    open_ = [r for r in risks if r["project_id"] not in gone]
    ratings = [a for a in await states(call.kernel.store, "assessment", at.until) if scope.holds(a)]
    return {
        "matrix": view.matrix(open_),
        "by_state": view.by_state(risks),
        "worst": view.worst(open_),
        "ratings": view.latest_ratings(ratings, at.on),
    }

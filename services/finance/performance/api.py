"""The routes of performances, and the earned value computed from one."""

import json
from datetime import date
from decimal import Decimal
from typing import Any

from services.finance.engines.valuation.earned_value import EarnedValue
from services.finance.performance import rules
from services.finance.performance.model import FILTERS, PerformanceRow
from services.finance.performance.shapes import EarnedValueAnswer
from services.finance.tables import KNOWN_PROJECT
from shared.base.clock import end_of_day, from_day, now, to_micros
from shared.base.errors import NotFound
from shared.base.ids import derived_id, is_canonical
from shared.base.money import LARGEST_MINOR, TOO_LARGE, Money
from shared.contracts.finance import Performance
from shared.contracts.language import STORED
from shared.domain.register import Register
from shared.http.call import Answer, Call
from shared.http.collection import register_routes
from shared.http.idempotency import state_text
from shared.http.operation import Parameter
from shared.http.parameters import read_value
from shared.http.routes import Routes

PERFORMANCES = Register(shape=Performance, row=PerformanceRow, filters=FILTERS)

RATIOS = ("spi", "cpi", "tcpi_bac", "tcpi_eac")
PLACES = Decimal("0.0001")
FIGURES = tuple(n for n in EarnedValueAnswer.model_fields if n not in ("project_id", "as_of", "reasons"))
AS_OF = Parameter(
    "as_of",
    "The day at whose end it is measured; today where left out.",
    {"type": "string", "format": "date"},
)
MEASURED_BY = """
SELECT payload FROM outbox WHERE aggregate_type = 'performance' AND aggregate_id = ? AND effective_at <= ?
ORDER BY aggregate_version DESC LIMIT 1
"""

routes = Routes("finance", "Earned value")
register_routes(routes, PERFORMANCES, read_only=True)


@routes.route(
    "GET",
    "/v1/projects/{project_id}/earned-value",
    id="projects_earned_value",
    summary="Earned value of a project",
    shape=EarnedValueAnswer,
    parameters=(AS_OF,),
    refusals=(404,),
    description="With the plan, the progress and the cost as they stood at the end of the day.",
)
async def earned_value(call: Call, project_id: str) -> Answer:
    if not is_canonical(project_id) or not await _is_known(call, project_id):
        raise NotFound("there is no such project")
    as_of = _day(call)
    performance = await measured_by(call, project_id, as_of)
    told = {"project_id": project_id, "as_of": as_of.isoformat(), **_told(performance, as_of)}
    return Answer(200, json.dumps(told).encode())


def _day(call: Call) -> date:
    given = call.one("as_of")
    if given is None:
        return now().astimezone(call.kernel.settings.zone).date()
    return from_day(read_value("day", given, "as_of"))


async def _is_known(call: Call, project_id: str) -> bool:
    table = KNOWN_PROJECT.name
    return bool(await call.kernel.store.fetch(f"SELECT 1 FROM {table} WHERE id = ?", (project_id,)))


async def measured_by(call: Call, project_id: str, as_of: date) -> Performance | None:
    """The performance as it stood at the end of the day: the outbox is its history."""
    until = to_micros(end_of_day(as_of, call.kernel.settings.zone))
    rows = await call.kernel.store.fetch(MEASURED_BY, (str(derived_id("performance", project_id)), until))
    return Performance.model_validate_json(state_text(rows[0][0]), context=STORED) if rows else None


def _told(performance: Performance | None, as_of: date) -> dict[str, Any]:
    if performance is None:
        return {**dict.fromkeys(FIGURES), "reasons": dict.fromkeys(FIGURES, "nothing was measured by then")}
    measured = rules.earned_value(performance, as_of)
    reasons = {**measured.reasons, **_too_large(measured), **performance.reasons}
    values = {n: _value(n, measured, performance.currency) if n not in reasons else None for n in FIGURES}
    return {**values, "reasons": {n: why for n, why in reasons.items() if n in FIGURES}}


def _too_large(measured: EarnedValue) -> dict[str, str]:
    """Forecasts that money on the wire cannot hold: next to nothing earned for a great deal."""
    amounts = {n: getattr(measured, n) or 0 for n in FIGURES if n not in RATIOS}
    return {n: TOO_LARGE for n, a in amounts.items() if abs(a) > LARGEST_MINOR}


def _value(name: str, measured: EarnedValue, currency: str) -> Any:
    value = getattr(measured, name)
    return str(Decimal(value).quantize(PLACES)) if name in RATIOS else Money.of(value, currency).model_dump()

"""The routes of performances, and the earned value computed from one."""

import json
from datetime import date
from decimal import Decimal
from typing import Any

from pydantic import Field

from services.finance.control.performance import rules
from services.finance.control.performance.model import PerformanceRow
from services.finance.control.performance.shapes import EarnedValueAnswer
from services.finance.control.performance.sums import basis_by, measured_at, of_currency, read_spans
from services.finance.engines.valuation.earned_value import EarnedValue
from services.finance.tables import KNOWN_PROJECT
from shared.base.clock import to_day
from shared.base.errors import NotFound
from shared.base.money import LARGEST_MINOR, TOO_LARGE, Money
from shared.contracts.finance.control import Performance
from shared.contracts.language import Day
from shared.domain.register import Register
from shared.http.as_of import day_asked
from shared.http.call import Answer, Call
from shared.http.collection import register_routes
from shared.http.path import Id
from shared.http.query import Query
from shared.http.routes import Routes

PERFORMANCES = Register(Performance, PerformanceRow)

RATIOS = ("spi", "cpi", "tcpi_bac", "tcpi_eac")
PLACES = Decimal("0.0001")
FIGURES = tuple(
    n
    for n in EarnedValueAnswer.model_fields
    if n
    not in (
        "project_id",
        "as_of",
        "bac_from",
        "baseline_id",
        "plan_differs",
        "reasons",
    )
)
EARNED = tuple(n for n in FIGURES if n != "bac_current")


class EarnedValueQuery(Query):
    """As of which day."""

    as_of: Day | None = Field(
        default=None,
        description="The day at whose end it is measured, at the latest today; today where left out.",
    )


routes = Routes("finance", "Earned value")
register_routes(routes, PERFORMANCES)


@routes.get("/v1/projects/{project_id}/earned-value", refusals=(404,))
async def earned_value(call: Call, project_id: Id, query: EarnedValueQuery) -> Answer[EarnedValueAnswer]:
    """Earned value of a project. With the plan, the progress and the cost as they stood at the end of the day."""
    if not call.sight.sees(project_id) or not await _is_known(call, project_id):
        raise NotFound("there is no such project")
    as_of = day_asked(call, query.as_of)
    answer = {"project_id": project_id, "as_of": as_of.isoformat(), **await _figures(call, project_id, as_of)}
    return Answer(200, json.dumps(answer).encode())


async def _is_known(call: Call, project_id: str) -> bool:
    table = KNOWN_PROJECT.name
    return bool(await call.kernel.store.fetch(f"SELECT 1 FROM {table} WHERE id = ?", (project_id,)))


async def _figures(call: Call, project_id: str, as_of: date) -> dict[str, Any]:
    """From what counts by the end of the day, in any order of arrival."""
    store, day = call.kernel.store, to_day(as_of)
    basis = await basis_by(store, call.kernel.settings, project_id, as_of)
    agreed = {
        "bac_from": rules.bac_from(basis).value,
        "baseline_id": None if basis is None else basis.baseline_id,
    }
    base = await measured_at(store, call.kernel.settings, project_id, as_of, day)
    if base is None:
        reasons = dict.fromkeys(FIGURES, "nothing was measured by then")
        return {**agreed, **dict.fromkeys(FIGURES), "plan_differs": False, "reasons": reasons}
    spans = of_currency(await read_spans(store, project_id, day), base.currency)
    earned = rules.earned_value(base, spans, as_of)
    reasons = {**earned.reasons, **_too_large(earned), **base.reasons}
    values = {n: _value(n, earned, base.currency) if n not in reasons else None for n in EARNED}
    current = base.sums.current if "bac_current" not in reasons else None
    values["bac_current"] = Money.of(current, base.currency).model_dump() if current is not None else None
    return {
        **agreed,
        **values,
        "plan_differs": base.sums.differing > 0,
        "reasons": {n: why for n, why in reasons.items() if n in FIGURES},
    }


def _too_large(measured: EarnedValue) -> dict[str, str]:
    """Forecasts that money on the wire cannot hold: next to nothing earned for a great deal."""
    amounts = {n: getattr(measured, n) or 0 for n in EARNED if n not in RATIOS}
    return {n: TOO_LARGE for n, a in amounts.items() if abs(a) > LARGEST_MINOR}


def _value(name: str, measured: EarnedValue, currency: str) -> Any:
    value = getattr(measured, name)
    return str(Decimal(value).quantize(PLACES)) if name in RATIOS else Money.of(value, currency).model_dump()

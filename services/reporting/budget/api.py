"""Budget by fiscal year."""

import json
from typing import Any

from pydantic import BaseModel

from services.reporting.asof import AsOf, as_of, positions
from services.reporting.budget.view import Line, by_fiscal_year
from services.reporting.history.view import states
from services.reporting.memo import remembered
from services.reporting.scope import ScopedQuery, Within, within
from shared.base.money import Money
from shared.contracts.language import Day
from shared.http.call import Answer, Call
from shared.http.routes import Routes


class BudgetSums(BaseModel):
    draft: Money | None
    submitted: Money | None
    approved: Money | None
    reasons: dict[str, str]


class BudgetYear(BaseModel):
    """A fiscal year, as the budget lines name it."""

    fiscal_year: int
    capex: BudgetSums
    opex: BudgetSums
    total: BudgetSums


class BudgetByYear(BaseModel):
    items: list[BudgetYear]
    as_of: Day
    positions: dict[str, str]


routes = Routes("reporting", "Budget", names_service=True)


@routes.get("/v1/budget")
async def budget(call: Call, query: ScopedQuery) -> Answer[BudgetByYear]:
    """Budget by fiscal year."""
    at = as_of(call, query)

    async def make() -> bytes:
        items = await budget_by_year(call, at, await within(call.kernel.store, at, query))
        return json.dumps(
            {"items": items, "as_of": at.on.isoformat(), "positions": await positions(call)}
        ).encode()

    return Answer(200, await remembered(call.kernel.store, ("budget", at, query), make))


async def budget_by_year(call: Call, at: AsOf, scope: Within) -> list[dict[str, Any]]:
    return by_fiscal_year(await lines(call, at, scope), call.kernel.settings.reporting_currency)


async def lines(call: Call, at: AsOf, scope: Within) -> list[Line]:
    return [line for line in await states(call.kernel.store, "budget_line", at.until) if scope.holds(line)]

"""Budget by fiscal year."""

import json
from typing import Any

from services.reporting.asof import AsOf, as_of, positions
from services.reporting.dashboards.budget.view import Line, by_fiscal_year
from services.reporting.history.view import states
from services.reporting.memo import remembered
from services.reporting.scope import ScopedQuery, Within, within
from shared.base.money import Money
from shared.contracts.language import AnswerShape, Day
from shared.http.call import Answer, Call
from shared.http.routes import Routes


class BudgetSums(AnswerShape):
    draft: Money | None
    """The sum of lines in draft."""
    submitted: Money | None
    """The sum of lines that await approval."""
    approved: Money | None
    """The sum of approved lines."""
    reasons: dict[str, str]
    """Why a sum is null, by its name."""


class BudgetYear(AnswerShape):
    """A fiscal year, as the budget lines name it."""

    fiscal_year: int
    """The year of the budget."""
    capex: BudgetSums
    """Capital expenditure."""
    opex: BudgetSums
    """Operating expenditure."""
    total: BudgetSums
    """All lines, those without a nature included."""


class BudgetByYear(AnswerShape):
    items: list[BudgetYear]
    """The years, the earliest first."""
    as_of: Day
    """The day of the figures."""
    positions: dict[str, str]
    """Up to where each source was read: topic and partition, with the position."""


routes = Routes("reporting", "Budget", names_service=True, about="Budgets by fiscal year.")


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

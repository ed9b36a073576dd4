"""Budget by fiscal year."""

import json
from typing import Any

from services.reporting.asof import AS_OF, AsOf, as_of, positions
from services.reporting.budget.view import Line, by_fiscal_year
from services.reporting.history.view import states
from services.reporting.memo import remembered
from services.reporting.scope import PORTFOLIO, PROJECT, Within, within
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


routes = Routes("reporting", "Budget")


@routes.route("GET", "/v1/budget", id="reporting_budget", summary="Budget by fiscal year", shape=BudgetByYear,
              parameters=(AS_OF, PORTFOLIO, PROJECT))  # fmt: skip
async def budget(call: Call) -> Answer:
    at = as_of(call)

    async def make() -> bytes:
        items = await budget_by_year(call, at, await within(call, at))
        return json.dumps(
            {"items": items, "as_of": at.on.isoformat(), "positions": await positions(call)}
        ).encode()

    key = ("budget", at, call.one("portfolio_id"), call.one("project_id"))
    return Answer(200, await remembered(call.kernel.store, key, make))


async def budget_by_year(call: Call, at: AsOf, scope: Within) -> list[dict[str, Any]]:
    return by_fiscal_year(await lines(call, at, scope), call.kernel.settings.reporting_currency)


async def lines(call: Call, at: AsOf, scope: Within) -> list[Line]:
    return [line for line in await states(call.kernel.store, "budget_line", at.until) if scope.holds(line)]

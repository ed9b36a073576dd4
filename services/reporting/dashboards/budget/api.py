"""Budget by fiscal year."""

from typing import Annotated

from services.reporting.dashboard import Dashboard, DashboardAnswer, from_rows
from services.reporting.dashboards.budget.view import by_fiscal_year
from services.reporting.reading import Reading, State
from services.reporting.scope import ScopedQuery
from shared.base.money import Money
from shared.contracts.language import AnswerShape


async def budget_years(reading: Reading[ScopedQuery]) -> list[State]:
    return by_fiscal_year(await reading.states_in_scope("budget_line"), reading.currency)


class BudgetSums(AnswerShape):
    draft: Money | None
    """The sum of lines in draft."""
    submitted: Money | None
    """The sum of lines that await approval."""
    approved: Money | None
    """The sum of approved lines."""
    forecast: Money | None
    """The sum of what is expected to be spent of approved lines, of those that say it."""
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


class BudgetByYear(DashboardAnswer):
    """Budget by fiscal year."""

    items: Annotated[list[BudgetYear], from_rows(budget_years)]
    """The years, the earliest first."""


BUDGET = Dashboard("/v1/budget", BudgetByYear, ScopedQuery, tag="Budget")

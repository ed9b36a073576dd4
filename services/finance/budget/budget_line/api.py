"""The routes of budget lines."""

from services.finance.budget.budget_line import commands, rules
from services.finance.budget.budget_line.model import BudgetLineRow
from shared.contracts.finance.budget import BudgetLine
from shared.domain.register import Register
from shared.http.collection import register_routes
from shared.http.routes import Routes

BUDGET_LINES = Register(
    BudgetLine,
    BudgetLineRow,
    supply=commands.supply,
    check=commands.check,
    tell=commands.tell,
    acts=commands.ACTS,
    lifecycle=rules.LIFECYCLE,
)

routes = Routes("finance", "Budget lines")
register_routes(routes, BUDGET_LINES)

"""The routes of budgets: they are read; what is in them follows from the projects."""

from services.finance.budget.budget.model import BudgetRow
from shared.contracts.finance.budget import Budget
from shared.domain.register import Register
from shared.http.collection import register_routes
from shared.http.routes import Routes

BUDGETS = Register(Budget, BudgetRow)

routes = Routes("finance", "Budgets")
register_routes(routes, BUDGETS)

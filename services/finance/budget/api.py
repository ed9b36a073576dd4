"""The routes of budgets: they are read; what is in them follows from the projects."""

from services.finance.budget.model import FILTERS, BudgetRow
from shared.contracts.finance import Budget
from shared.domain.register import Register
from shared.http.collection import register_routes
from shared.http.routes import Routes

BUDGETS = Register(shape=Budget, row=BudgetRow, filters=FILTERS)

routes = Routes("finance", "Budgets")
register_routes(routes, BUDGETS, read_only=True)

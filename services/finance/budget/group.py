"""The registers of the group, with their routes."""

from services.finance.budget.budget import api as budget
from services.finance.budget.budget_line import api as budget_line
from shared.runtime.service import Group

BUDGET = Group(
    routes=(budget.routes, budget_line.routes),
    registers=(budget.BUDGETS, budget_line.BUDGET_LINES),
)

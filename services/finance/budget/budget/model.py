"""The table of budgets."""

from services.finance.tables import Model
from shared.contracts.finance.budget import Budget
from shared.store.rows import table_of

BudgetRow = table_of(Budget, Model)

"""The table of budget lines."""

from services.finance.tables import Model
from shared.contracts.finance.budget import BudgetLine
from shared.store.rows import table_of

BudgetLineRow = table_of(BudgetLine, Model)

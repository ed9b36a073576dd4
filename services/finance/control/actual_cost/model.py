"""The table of actual costs."""

from services.finance.tables import Model
from shared.contracts.finance.control import ActualCost
from shared.store.rows import table_of

ActualCostRow = table_of(ActualCost, Model)

"""The table of performances."""

from services.finance.tables import Model
from shared.contracts.finance import Performance
from shared.store.rows import table_of

PerformanceRow = table_of(Performance, Model)

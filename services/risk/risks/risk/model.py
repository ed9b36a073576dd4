"""The table of risks."""

from services.risk.tables import Model
from shared.contracts.risk.risks import Risk
from shared.store.rows import table_of

RiskRow = table_of(Risk, Model)

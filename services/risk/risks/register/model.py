"""The table of registers."""

from services.risk.tables import Model
from shared.contracts.risk.risks import Register
from shared.store.rows import table_of

RegisterRow = table_of(Register, Model)

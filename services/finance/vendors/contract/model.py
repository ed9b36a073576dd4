"""The table of contracts."""

from services.finance.tables import Model
from shared.contracts.finance.vendors import Contract
from shared.store.rows import table_of

ContractRow = table_of(Contract, Model, added=("notice_on",))

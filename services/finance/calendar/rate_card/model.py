"""The table of rate cards."""

from services.finance.tables import Model
from shared.contracts.finance.calendar import RateCard
from shared.store.rows import table_of

RateCardRow = table_of(RateCard, Model)

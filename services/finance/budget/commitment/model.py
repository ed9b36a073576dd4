"""The table of commitments."""

from services.finance.tables import Model
from shared.contracts.finance.budget import Commitment
from shared.store.rows import table_of

CommitmentRow = table_of(Commitment, Model, indexes=("request_id",))

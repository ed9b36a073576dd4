"""The table of cost estimates."""

from services.finance.tables import Model
from shared.contracts.finance.appraisal import CostEstimate
from shared.store.rows import table_of

CostEstimateRow = table_of(CostEstimate, Model, indexes=("project_id", "request_id"))

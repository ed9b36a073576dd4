"""The table of business cases."""

from services.finance.tables import Model
from shared.contracts.finance.appraisal import BusinessCase
from shared.store.rows import table_of

BusinessCaseRow = table_of(BusinessCase, Model, indexes=("project_id",))

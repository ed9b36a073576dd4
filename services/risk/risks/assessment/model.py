"""The table of assessments."""

from services.risk.tables import Model
from shared.contracts.risk.risks import Assessment
from shared.store.rows import table_of

AssessmentRow = table_of(Assessment, Model)

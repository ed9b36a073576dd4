"""The table of acceptances."""

from services.projects.tables import Model
from shared.contracts.projects.quality import Acceptance
from shared.store.rows import table_of

AcceptanceRow = table_of(Acceptance, Model, indexes=("project_id", "deliverable_id"))

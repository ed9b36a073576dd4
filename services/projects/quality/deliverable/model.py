"""The table of deliverables."""

from services.projects.tables import Model
from shared.contracts.projects.quality import Deliverable
from shared.store.rows import table_of

DeliverableRow = table_of(Deliverable, Model, indexes=("project_id",))

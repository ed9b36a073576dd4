"""The table of mandates."""

from services.projects.tables import Model
from shared.contracts.projects.mandate import Mandate
from shared.store.rows import table_of

MandateRow = table_of(Mandate, Model, indexes=("project_id",))

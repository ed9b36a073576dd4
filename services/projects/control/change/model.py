"""The table of changes."""

from services.projects.tables import Model
from shared.contracts.projects.change import Change
from shared.store.rows import table_of

ChangeRow = table_of(Change, Model, indexes=(("project_id", "state"), ("project_id", "mandate_id")))

"""The table of objectives."""

from services.projects.tables import Model
from shared.contracts.projects.intake import Objective
from shared.store.rows import table_of

ObjectiveRow = table_of(Objective, Model, indexes=("project_id",))

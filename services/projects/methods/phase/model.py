"""The table of phases."""

from services.projects.tables import Model
from shared.contracts.projects.phases import Phase
from shared.store.rows import table_of

PhaseRow = table_of(Phase, Model, indexes=(("project_id", "position"),), unique_live=("project_id", "code"))

"""The table of gates."""

from services.projects.tables import Model
from shared.contracts.projects.phases import Gate
from shared.store.rows import table_of

GateRow = table_of(Gate, Model, indexes=(("project_id", "position"),), unique_live=("phase_id", "code"))

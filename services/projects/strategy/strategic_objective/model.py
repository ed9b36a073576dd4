"""The table of strategic objectives."""

from services.projects.tables import Model
from shared.contracts.projects.strategy import StrategicObjective
from shared.store.rows import table_of

StrategicObjectiveRow = table_of(StrategicObjective, Model)

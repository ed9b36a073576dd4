"""The table of plan files."""

from services.projects.tables import Model
from shared.contracts.projects.baseline import PlanFile
from shared.store.rows import table_of

PlanFileRow = table_of(PlanFile, Model)

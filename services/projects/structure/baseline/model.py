"""The table of baselines."""

from services.projects.tables import Model
from shared.contracts.projects.baseline import Baseline
from shared.store.rows import table_of

BaselineRow = table_of(Baseline, Model)

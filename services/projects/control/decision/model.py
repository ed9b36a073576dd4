"""The table of decisions."""

from services.projects.tables import Model
from shared.contracts.projects.control import LoggedDecision
from shared.store.rows import table_of

DecisionRow = table_of(LoggedDecision, Model)

"""The table of decision papers."""

from services.projects.tables import Model
from shared.contracts.projects.papers import DecisionPaper
from shared.store.rows import table_of

DecisionPaperRow = table_of(DecisionPaper, Model)

"""The table of scorings."""

from services.projects.tables import Model
from shared.contracts.projects.strategy import Scoring
from shared.store.rows import table_of

ScoringRow = table_of(Scoring, Model)

"""The table of scoring models."""

from services.projects.tables import Model
from shared.contracts.projects.strategy import ScoringModel
from shared.store.rows import table_of

ScoringModelRow = table_of(ScoringModel, Model)

"""The table of rankings."""

from services.projects.tables import Model
from shared.contracts.projects.strategy import Ranking
from shared.store.rows import table_of

RankingRow = table_of(Ranking, Model)

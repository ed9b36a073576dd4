"""The table of programmes."""

from services.projects.tables import Model
from shared.contracts.projects.strategy import Programme
from shared.store.rows import table_of

ProgrammeRow = table_of(Programme, Model)

"""The table of requests."""

from services.projects.tables import Model
from shared.contracts.projects.intake import Request
from shared.store.rows import table_of

RequestRow = table_of(Request, Model)

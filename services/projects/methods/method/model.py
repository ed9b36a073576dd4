"""The table of methods."""

from services.projects.tables import Model
from shared.contracts.projects.methods import Method
from shared.store.rows import table_of

MethodRow = table_of(Method, Model)

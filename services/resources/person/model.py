"""The table of persons."""

from services.resources.tables import Model
from shared.contracts.resources import Person
from shared.store.rows import table_of

PersonRow = table_of(Person, Model)

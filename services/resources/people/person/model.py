"""The table of persons."""

from services.resources.tables import Model
from shared.contracts.resources.people import Person
from shared.store.rows import table_of

PersonRow = table_of(Person, Model, added=("unit_id",))

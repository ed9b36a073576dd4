"""The table of allocations."""

from services.resources.tables import Model
from shared.contracts.resources.planning import Allocation
from shared.store.rows import table_of

AllocationRow = table_of(Allocation, Model, indexes=(("person_id", "ends_on"),))

"""The table of roles."""

from services.resources.tables import Model
from shared.contracts.resources.people import Role
from shared.store.rows import table_of

RoleRow = table_of(Role, Model)

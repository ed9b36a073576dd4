"""The table of the units of the organisation."""

from services.resources.tables import Model
from shared.contracts.resources.people import OrgUnit
from shared.store.rows import table_of

OrgUnitRow = table_of(OrgUnit, Model, unique_live=("code",))

"""The table of the organisation."""

from services.projects.tables import Model
from shared.contracts.projects.organisation import Organisation
from shared.store.rows import table_of

OrganisationRow = table_of(Organisation, Model)

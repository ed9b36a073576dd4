"""The table of identities."""

from services.resources.tables import Model
from shared.contracts.resources.people import Identity
from shared.store.rows import table_of

IdentityRow = table_of(Identity, Model, unique_live=("issuer", "subject"))
"""A login is one person's."""

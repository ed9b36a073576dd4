"""The table of personal access tokens."""

from services.resources.tables import Model
from shared.contracts.resources.people import PersonalToken
from shared.store.rows import table_of

PersonalTokenRow = table_of(PersonalToken, Model)

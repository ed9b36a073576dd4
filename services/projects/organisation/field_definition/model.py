"""The table of field definitions."""

from services.projects.tables import Model
from shared.contracts.projects.organisation import FieldDefinition
from shared.store.rows import table_of

FieldDefinitionRow = table_of(FieldDefinition, Model, unique_live=("aggregate", "name"))

"""The table of requirements."""

from services.projects.tables import Model
from shared.contracts.projects.intake import Requirement
from shared.store.rows import table_of

RequirementRow = table_of(Requirement, Model, indexes=("request_id", "project_id"))

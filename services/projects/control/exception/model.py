"""The table of exceptions."""

from services.projects.tables import Model
from shared.contracts.projects.change import ProjectException
from shared.store.rows import table_of

ExceptionRow = table_of(ProjectException, Model, indexes=(("project_id", "axis"),))

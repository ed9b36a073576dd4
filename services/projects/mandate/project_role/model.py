"""The table of roles in projects."""

from services.projects.tables import Model
from shared.contracts.projects.mandate import ProjectRole
from shared.store.rows import table_of

ProjectRoleRow = table_of(ProjectRole, Model, indexes=("project_id", "person_id"))

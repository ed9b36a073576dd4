"""The table of projects."""

from services.projects.tables import Model
from shared.contracts.projects import Project
from shared.store.rows import table_of

ProjectRow = table_of(Project, Model)

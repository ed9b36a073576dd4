"""The table of projects."""

from services.projects.tables import Model
from shared.contracts.projects.structure import Project
from shared.store.rows import table_of

ProjectRow = table_of(Project, Model, added=("sponsor_id", "unit_id", "method_id", "size"))

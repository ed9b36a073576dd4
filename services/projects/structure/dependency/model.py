"""The table of dependencies."""

from services.projects.tables import Model
from shared.contracts.projects.plan import Dependency
from shared.store.rows import table_of

DependencyRow = table_of(Dependency, Model, indexes=("from_project_id",))

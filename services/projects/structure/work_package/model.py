"""The table of work packages."""

from services.projects.tables import Model
from shared.contracts.projects.structure import WorkPackage
from shared.store.rows import table_of

WorkPackageRow = table_of(WorkPackage, Model, unique_live=("project_id", "wbs"), added=("owner_id",))

"""The table of orientations."""

from services.projects.tables import Model
from shared.contracts.projects.strategy import Orientation
from shared.store.rows import table_of

OrientationRow = table_of(Orientation, Model)

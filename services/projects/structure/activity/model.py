"""The table of activities."""

from services.projects.tables import Model
from shared.contracts.projects.plan import Activity
from shared.store.rows import table_of

ActivityRow = table_of(Activity, Model)

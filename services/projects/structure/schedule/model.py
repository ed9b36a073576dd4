"""The table of schedules."""

from services.projects.tables import Model
from shared.contracts.projects.plan import Schedule
from shared.store.rows import table_of

ScheduleRow = table_of(Schedule, Model)

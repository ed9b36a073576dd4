"""The table of calendars."""

from services.projects.tables import Model
from shared.contracts.projects.structure import Calendar
from shared.store.rows import table_of

CalendarRow = table_of(Calendar, Model)

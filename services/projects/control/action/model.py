"""The table of actions."""

from services.projects.tables import Model
from shared.contracts.projects.control import Action
from shared.store.rows import table_of

ActionRow = table_of(Action, Model)

"""What the group computes."""

from services.reporting.selections import api
from shared.runtime.service import Group

SELECTIONS = Group(routes=(api.routes,), operations=(api.TRIAL,))

"""The registers of the group, with their routes."""

from services.projects.organisation.organisation import api as organisation
from shared.runtime.service import Group

ORGANISATION = Group(routes=(organisation.routes,), registers=(organisation.ORGANISATIONS,))

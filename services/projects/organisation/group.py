"""The registers of the group, with their routes."""

from services.projects.organisation.membership import api as membership
from services.projects.organisation.organisation import api as organisation
from shared.runtime.service import Group

ORGANISATION = Group(
    routes=(organisation.routes, membership.routes),
    registers=(organisation.ORGANISATIONS, membership.MEMBERSHIPS),
)

"""The registers of the group, with their routes."""

from services.projects.organisation.membership import api as membership
from shared.runtime.service import Group

ORGANISATION = Group(
    routes=(membership.routes,),
    registers=(membership.MEMBERSHIPS,),
)

"""The registers of the group, with their routes."""

from services.resources.planning.allocation import api as allocation
from shared.runtime.service import Group

PLANNING = Group(
    routes=(allocation.routes,),
    registers=(allocation.ALLOCATIONS,),
)

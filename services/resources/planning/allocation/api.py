"""The routes of allocations."""

from services.resources.planning.allocation import commands, rules
from services.resources.planning.allocation.model import AllocationRow
from shared.contracts.resources.planning import Allocation
from shared.domain.register import Register
from shared.http.collection import register_routes
from shared.http.routes import Routes

ALLOCATIONS = Register(
    Allocation,
    AllocationRow,
    supply=commands.supply,
    check=commands.check,
    judges=("person_id",),
    guard=commands.guard,
    tell=commands.tell,
    acts=commands.ACTS,
    lifecycle=rules.LIFECYCLE,
    dues=(commands.ENDING,),
)

routes = Routes("resources", "Allocations")
register_routes(routes, ALLOCATIONS)

"""The routes of allocations."""

from services.resources.allocation import commands, rules
from services.resources.allocation.model import FILTERS, AllocationCreate, AllocationRevise, AllocationRow
from services.resources.person.model import PersonRow
from services.resources.tables import KNOWN_PROJECT
from shared.contracts.resources import Allocation
from shared.domain.register import Register
from shared.http.call import Call
from shared.http.collection import Decision, register_routes
from shared.http.routes import Routes

ALLOCATIONS = Register(
    shape=Allocation,
    row=AllocationRow,
    create=AllocationCreate,
    revise=AllocationRevise,
    filters=FILTERS,
    supply=commands.supply,
    check=commands.check,
    guard=commands.guard,
    tell=commands.tell,
    acts=commands.ACTS,
    lifecycle=rules.LIFECYCLE,
    names={"person_id": PersonRow, "project_id": KNOWN_PROJECT},
)

routes = Routes("resources", "Allocations")
register_routes(routes, ALLOCATIONS)


@routes.route(
    "POST",
    "/v1/allocations/{id}/commit",
    id="allocations_commit",
    summary="Commit: an allocation",
    shape=Allocation,
    body=Decision,
    needs_match=True,
    refusals=(404, 409),
)
async def commit(call: Call, id: str, body: Decision) -> Allocation:
    """From soft to hard; 409 `overallocated` where the person would be committed beyond 100 percent."""
    return await commands.commit(call.work, id, call.if_match, body.reason)


@routes.route(
    "POST",
    "/v1/allocations/{id}/release",
    id="allocations_release",
    summary="Release: an allocation",
    shape=Allocation,
    body=Decision,
    needs_match=True,
    refusals=(404, 409),
)
async def release(call: Call, id: str, body: Decision) -> Allocation:
    """From booked to released; `ends_on` becomes the effective day where it lay later."""
    return await commands.release(call.work, id, call.if_match, body.reason)

"""The routes of gates."""

from services.projects.methods.gate import commands, rules
from services.projects.methods.gate.answers import GateMissing, gate_missing
from services.projects.methods.gate.model import GateRow
from services.projects.methods.phase import course
from shared.contracts.projects.phases import Gate
from shared.domain.register import Register
from shared.http.call import Answer, Call
from shared.http.collection import register_routes
from shared.http.path import Id
from shared.http.problems import language_of
from shared.http.routes import Routes

GATES = Register(
    Gate,
    GateRow,
    supply=commands.supply,
    check=commands.check,
    guard=course.guard,
    acts=commands.ACTS,
    lifecycle=rules.LIFECYCLE,
    after=commands.after,
)

routes = Routes("projects", "Gates")
register_routes(routes, GATES)


@routes.get("/v1/gates/{id}/missing", refusals=(404,))
async def missing(call: Call, id: Id) -> Answer[GateMissing]:
    """What a gate asks for, who decides it, and what is missing until it can be passed."""
    answer = await gate_missing(call.work, await call.work.load(Gate, id), language_of(call.sent))
    return Answer(200, answer.model_dump_json().encode())

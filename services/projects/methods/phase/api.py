"""The routes of phases."""

from services.projects.methods.gate.model import GateRow
from services.projects.methods.phase import commands, course, rules
from services.projects.methods.phase.model import PhaseRow
from shared.contracts.projects.phases import Phase
from shared.domain.dependents import Dependents
from shared.domain.register import Register
from shared.http.collection import register_routes
from shared.http.routes import Routes

PHASES = Register(
    Phase,
    PhaseRow,
    supply=commands.supply,
    check=commands.check,
    guard=course.guard,
    acts=commands.ACTS,
    lifecycle=rules.LIFECYCLE,
    after=commands.after,
    dependents=(Dependents(PhaseRow, "parent_id"), Dependents(GateRow, "phase_id")),
)

routes = Routes("projects", "Phases")
register_routes(routes, PHASES)

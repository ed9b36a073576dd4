"""The registers of the group, with their routes."""

from services.projects.methods.gate import api as gate
from services.projects.methods.method import api as method
from services.projects.methods.milestone import api as milestone
from services.projects.methods.phase import api as phase
from shared.runtime.service import Group

METHODS = Group(
    routes=(method.routes, phase.routes, gate.routes, milestone.routes),
    registers=(method.METHODS_KNOWN, phase.PHASES, gate.GATES, milestone.MILESTONES),
)

"""The registers of the group, with their routes."""

from services.projects.control.action import api as action
from services.projects.control.decision import api as decision
from shared.runtime.service import Group

CONTROL = Group(
    routes=(action.routes, decision.routes),
    registers=(action.ACTIONS, decision.DECISIONS),
)

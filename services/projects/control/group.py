"""The registers of the group, with their routes."""

from services.projects.control.action import api as action
from services.projects.control.change import api as change
from services.projects.control.decision import api as decision
from services.projects.control.exception import api as exception
from shared.runtime.service import Group

CONTROL = Group(
    routes=(change.routes, exception.routes, action.routes, decision.routes),
    registers=(change.CHANGES, exception.EXCEPTIONS, action.ACTIONS, decision.DECISIONS),
)

"""The registers of the group, with their routes."""

from services.projects.methods.milestone import api as milestone
from shared.runtime.service import Group

METHODS = Group(routes=(milestone.routes,), registers=(milestone.MILESTONES,))

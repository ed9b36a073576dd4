"""The registers of the group, with their routes."""

from services.projects.intake.objective import api as objective
from services.projects.intake.request import api as request
from services.projects.intake.requirement import api as requirement
from shared.runtime.service import Group

INTAKE = Group(
    routes=(request.routes, requirement.routes, objective.routes),
    registers=(request.REQUESTS, requirement.REQUIREMENTS, objective.OBJECTIVES),
)
"""Requests, from which projects begin, and what is asked of projects."""

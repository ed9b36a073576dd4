"""The registers of the group, with their routes."""

from services.projects.mandate.mandate import api as mandate
from services.projects.mandate.project_role import api as project_role
from shared.runtime.service import Group

MANDATE = Group(
    routes=(mandate.routes, project_role.routes), registers=(mandate.MANDATES, project_role.PROJECT_ROLES)
)

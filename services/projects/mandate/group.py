"""The registers of the group, with their routes."""

from services.projects.mandate.approval import api as approval
from services.projects.mandate.decision_paper import api as decision_paper
from services.projects.mandate.mandate import api as mandate
from services.projects.mandate.project_role import api as project_role
from shared.runtime.service import Group

MANDATE = Group(
    routes=(mandate.routes, project_role.routes, decision_paper.routes, approval.routes),
    registers=(
        mandate.MANDATES,
        project_role.PROJECT_ROLES,
        decision_paper.DECISION_PAPERS,
        approval.APPROVALS,
    ),
)

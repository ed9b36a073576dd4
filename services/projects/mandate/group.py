"""The registers of the group, with their routes."""

from services.projects.mandate.approval import api as approval
from services.projects.mandate.decision_paper import api as decision_paper
from shared.runtime.service import Group

MANDATE = Group(
    routes=(decision_paper.routes, approval.routes),
    registers=(decision_paper.DECISION_PAPERS, approval.APPROVALS),
)

"""The registers of the group, with their routes."""

from services.finance.budget.budget import api as budget
from services.finance.budget.budget_line import api as budget_line
from services.finance.budget.commitment import api as commitment
from services.finance.budget.envelope import api as envelope
from shared.runtime.service import Group

BUDGET = Group(
    routes=(budget.routes, budget_line.routes, envelope.routes, commitment.routes),
    registers=(budget.BUDGETS, budget_line.BUDGET_LINES, envelope.ENVELOPES, commitment.COMMITMENTS),
)

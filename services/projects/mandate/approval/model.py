"""The table of approvals."""

from services.projects.tables import Model
from shared.contracts.projects.papers import Approval
from shared.store.rows import table_of

ApprovalRow = table_of(Approval, Model)

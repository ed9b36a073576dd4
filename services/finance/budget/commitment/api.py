"""The routes of commitments: they are read; what is in them follows from requests."""

from services.finance.budget.commitment import commands
from services.finance.budget.commitment.model import CommitmentRow
from shared.contracts.finance.budget import Commitment
from shared.domain.register import Register
from shared.http.collection import register_routes
from shared.http.routes import Routes

COMMITMENTS = Register(Commitment, CommitmentRow, read_in=commands.read_in)

routes = Routes("finance", "Commitments")
register_routes(routes, COMMITMENTS)

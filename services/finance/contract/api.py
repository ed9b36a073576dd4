"""The routes of contracts."""

from services.finance.contract import commands
from services.finance.contract.model import ContractRow
from shared.contracts.finance import Contract
from shared.domain.register import Register
from shared.http.collection import register_routes
from shared.http.routes import Routes

CONTRACTS = Register(
    Contract,
    ContractRow,
    check=commands.check,
    acts=commands.ACTS,
)

routes = Routes("finance", "Contracts")
register_routes(routes, CONTRACTS)

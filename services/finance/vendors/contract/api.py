"""The routes of contracts."""

from services.finance.vendors.contract import commands, rules
from services.finance.vendors.contract.model import ContractRow
from shared.contracts.finance.vendors import Contract
from shared.domain.register import Register
from shared.http.collection import register_routes
from shared.http.routes import Routes

CONTRACTS = Register(
    Contract,
    ContractRow,
    check=commands.check,
    acts=commands.ACTS,
    dues=(rules.NOTICE,),
)

routes = Routes("finance", "Contracts")
register_routes(routes, CONTRACTS)

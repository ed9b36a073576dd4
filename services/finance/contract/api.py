"""The routes of contracts."""

from services.finance.contract import commands
from services.finance.contract.model import FILTERS, ContractCreate, ContractRevise, ContractRow
from services.finance.tables import KNOWN_PROGRAMME, KNOWN_PROJECT
from services.finance.vendor.model import VendorRow
from shared.contracts.finance import Contract
from shared.domain.register import Register
from shared.http.collection import register_routes
from shared.http.routes import Routes

CONTRACTS = Register(
    shape=Contract,
    row=ContractRow,
    create=ContractCreate,
    revise=ContractRevise,
    filters=FILTERS,
    check=commands.check,
    acts=commands.ACTS,
    names={"vendor_id": VendorRow, "project_id": KNOWN_PROJECT, "programme_id": KNOWN_PROGRAMME},
)

routes = Routes("finance", "Contracts")
register_routes(routes, CONTRACTS)

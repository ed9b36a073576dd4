"""The routes of vendors."""

from services.finance.vendors.contract.model import ContractRow
from services.finance.vendors.vendor.model import VendorRow
from shared.contracts.finance.vendors import Vendor
from shared.domain.dependents import Dependents
from shared.domain.register import Register
from shared.http.collection import register_routes
from shared.http.routes import Routes

VENDORS = Register(
    Vendor,
    VendorRow,
    dependents=(Dependents(ContractRow, "vendor_id"),),
)

routes = Routes("finance", "Vendors")
register_routes(routes, VENDORS)

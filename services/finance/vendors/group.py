"""The registers of the group, with their routes."""

from services.finance.vendors.contract import api as contract
from services.finance.vendors.vendor import api as vendor
from shared.runtime.service import Group

VENDORS = Group(
    routes=(vendor.routes, contract.routes),
    registers=(vendor.VENDORS, contract.CONTRACTS),
)

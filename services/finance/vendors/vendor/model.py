"""The table of vendors."""

from services.finance.tables import Model
from shared.contracts.finance.vendors import Vendor
from shared.store.rows import table_of

VendorRow = table_of(Vendor, Model)

"""The table of vendors, and what may be given of one."""

from services.finance.tables import Model
from shared.contracts.finance import Vendor
from shared.domain.filters import Filters
from shared.domain.register import request_shape
from shared.store.columns import KEY, Field, Row, by_external_key


class VendorRow(Row, Model, table=True):
    __tablename__ = "vendor"
    __table_args__ = (by_external_key("vendor"),)

    name: str = Field(sa_type=KEY)
    country: str | None = Field(sa_type=KEY)
    name_sort: str = Field(sa_type=KEY)
    search_text: str = Field(sa_type=KEY)


CONTENT = ("name", "country", "description")

VendorRevise = request_shape("VendorRevise", Vendor, CONTENT)
VendorCreate = request_shape("VendorCreate", Vendor, (*CONTENT, "external_ref"))

FILTERS = Filters(columns={"name": "text", "country": "code"}, sorts=("name", "country"), search=("name",))

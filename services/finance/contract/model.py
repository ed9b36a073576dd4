"""The table of contracts, and what may be given of one."""

from sqlalchemy import BigInteger

from services.finance.tables import Model
from shared.contracts.finance import Contract
from shared.domain.filters import Filters
from shared.domain.register import request_shape
from shared.store.columns import ID, KEY, Field, Row, by_external_key


class ContractRow(Row, Model, table=True):
    __tablename__ = "contract"
    __table_args__ = (by_external_key("contract"),)

    vendor_id: str | None = Field(sa_type=ID)
    project_id: str | None = Field(sa_type=ID)
    programme_id: str | None = Field(sa_type=ID)
    number: str = Field(sa_type=KEY)
    title: str = Field(sa_type=KEY)
    starts_on: int | None = Field(sa_type=BigInteger)
    ends_on: int | None = Field(sa_type=BigInteger)
    value: int | None = Field(sa_type=BigInteger)
    number_sort: str = Field(sa_type=KEY)
    title_sort: str = Field(sa_type=KEY)
    search_text: str = Field(sa_type=KEY)


CONTENT = ("vendor_id", "number", "title", "description", "kind", "status", "starts_on", "ends_on", "value")

ContractRevise = request_shape("ContractRevise", Contract, CONTENT)
ContractCreate = request_shape(
    "ContractCreate", Contract, (*CONTENT, "project_id", "programme_id", "external_ref")
)

FILTERS = Filters(
    columns={
        "vendor_id": "id",
        "project_id": "id",
        "programme_id": "id",
        "number": "code",
        "title": "text",
        "starts_on": "day",
        "ends_on": "day",
        "value": "money",
    },
    sorts=("number", "title", "starts_on", "ends_on", "value"),
    search=("number", "title"),
)

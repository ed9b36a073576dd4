"""The table of allocations, and what may be given of one."""

from sqlalchemy import BigInteger

from services.resources.tables import Model
from shared.contracts.resources import Allocation
from shared.domain.filters import Filters
from shared.domain.register import request_shape
from shared.store.columns import ID, KEY, Field, Index, Row, by_external_key


class AllocationRow(Row, Model, table=True):
    __tablename__ = "allocation"
    __table_args__ = (by_external_key("allocation"), Index(None, "person_id", "ends_on"))

    person_id: str = Field(sa_type=ID)
    project_id: str = Field(sa_type=ID)
    starts_on: int = Field(sa_type=BigInteger)
    ends_on: int = Field(sa_type=BigInteger)
    percent: int = Field(sa_type=BigInteger)
    commitment: str = Field(sa_type=KEY)
    state: str = Field(sa_type=KEY)


CONTENT = ("starts_on", "ends_on", "percent", "role")

AllocationRevise = request_shape("AllocationRevise", Allocation, CONTENT)
AllocationCreate = request_shape(
    "AllocationCreate",
    Allocation,
    ("person_id", "project_id", *CONTENT, "external_ref"),
    optional=("commitment",),
)

FILTERS = Filters(
    columns={
        "person_id": "id",
        "project_id": "id",
        "starts_on": "day",
        "ends_on": "day",
        "percent": "integer",
        "commitment": "code",
        "state": "code",
    },
    sorts=("starts_on", "ends_on", "percent"),
)

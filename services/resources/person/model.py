"""The table of persons, and what may be given of one."""

from services.resources.tables import Model
from shared.contracts.resources import Person
from shared.domain.filters import Filters
from shared.domain.register import request_shape
from shared.store.columns import ID, KEY, Field, Row, by_external_key


class PersonRow(Row, Model, table=True):
    __tablename__ = "person"
    __table_args__ = (by_external_key("person"),)

    name: str = Field(sa_type=KEY)
    email: str | None = Field(sa_type=KEY)
    employment: str = Field(sa_type=KEY)
    vendor_id: str | None = Field(sa_type=ID)
    role: str | None = Field(sa_type=KEY)
    org_unit: str | None = Field(sa_type=KEY)
    location: str | None = Field(sa_type=KEY)
    name_sort: str = Field(sa_type=KEY)
    org_unit_sort: str | None = Field(sa_type=KEY)
    search_text: str = Field(sa_type=KEY)


CONTENT = (
    "name", "email", "employment", "vendor_id", "role", "org_unit", "location", "weekly_hours", "skills",
)  # fmt: skip

PersonRevise = request_shape("PersonRevise", Person, CONTENT)
PersonCreate = request_shape("PersonCreate", Person, (*CONTENT, "external_ref"))

FILTERS = Filters(
    columns={
        "name": "text",
        "email": "text",
        "employment": "code",
        "vendor_id": "id",
        "role": "text",
        "org_unit": "text",
        "location": "text",
    },
    sorts=("name", "org_unit", "employment"),
    search=("name", "email"),
)

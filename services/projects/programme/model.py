"""The table of programmes, and what may be given of one."""

from services.projects.tables import Model
from shared.contracts.projects import Programme
from shared.domain.filters import Filters
from shared.domain.register import request_shape
from shared.store.columns import ID, KEY, Field, Row, by_external_key


class ProgrammeRow(Row, Model, table=True):
    __tablename__ = "programme"
    __table_args__ = (by_external_key("programme"),)

    name: str = Field(sa_type=KEY)
    portfolio_id: str | None = Field(sa_type=ID)
    manager_id: str | None = Field(sa_type=ID)
    name_sort: str = Field(sa_type=KEY)
    search_text: str = Field(sa_type=KEY)


CONTENT = ("name", "description", "portfolio_id", "manager_id")

ProgrammeRevise = request_shape("ProgrammeRevise", Programme, CONTENT)
ProgrammeCreate = request_shape("ProgrammeCreate", Programme, (*CONTENT, "external_ref"))

FILTERS = Filters(
    columns={"name": "text", "portfolio_id": "id", "manager_id": "id"}, sorts=("name",), search=("name",)
)

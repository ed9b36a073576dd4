"""The table of portfolios, and what may be given of one."""

from services.projects.tables import Model
from shared.contracts.projects import Portfolio
from shared.domain.filters import Filters
from shared.domain.register import request_shape
from shared.store.columns import ID, KEY, Field, Row, by_external_key


class PortfolioRow(Row, Model, table=True):
    __tablename__ = "portfolio"
    __table_args__ = (by_external_key("portfolio"),)

    name: str = Field(sa_type=KEY)
    parent_id: str | None = Field(sa_type=ID)
    owner_id: str | None = Field(sa_type=ID)
    name_sort: str = Field(sa_type=KEY)
    search_text: str = Field(sa_type=KEY)


CONTENT = ("name", "description", "parent_id", "owner_id", "thresholds")

PortfolioRevise = request_shape("PortfolioRevise", Portfolio, CONTENT)
PortfolioCreate = request_shape("PortfolioCreate", Portfolio, (*CONTENT, "external_ref"))

FILTERS = Filters(
    columns={"name": "text", "parent_id": "id", "owner_id": "id"}, sorts=("name",), search=("name",)
)

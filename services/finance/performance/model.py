"""The table of performances."""

from sqlalchemy import BigInteger

from services.finance.tables import Model
from shared.domain.filters import Filters
from shared.store.columns import ID, KEY, Field, Row, UniqueConstraint, by_external_key


class PerformanceRow(Row, Model, table=True):
    __tablename__ = "performance"
    __table_args__ = (by_external_key("performance"), UniqueConstraint("project_id"))

    project_id: str = Field(sa_type=ID)
    currency: str = Field(sa_type=KEY)
    at_completion: int = Field(sa_type=BigInteger)
    earned: int = Field(sa_type=BigInteger)
    actual: int = Field(sa_type=BigInteger)


FILTERS = Filters(columns={"project_id": "id", "currency": "code"}, sorts=())

"""The table of budgets."""

from sqlalchemy import BigInteger

from services.finance.tables import Model
from shared.domain.filters import Filters
from shared.store.columns import ID, KEY, Field, Row, UniqueConstraint, by_external_key


class BudgetRow(Row, Model, table=True):
    __tablename__ = "budget"
    __table_args__ = (by_external_key("budget"), UniqueConstraint("project_id"))

    project_id: str = Field(sa_type=ID)
    currency: str = Field(sa_type=KEY)
    open: int = Field(sa_type=BigInteger)


FILTERS = Filters(columns={"project_id": "id", "currency": "code", "open": "boolean"}, sorts=())

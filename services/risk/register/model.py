"""The table of registers."""

from sqlalchemy import BigInteger

from services.risk.tables import Model
from shared.domain.filters import Filters
from shared.store.columns import ID, Field, Row, UniqueConstraint, by_external_key


class RegisterRow(Row, Model, table=True):
    __tablename__ = "register"
    __table_args__ = (by_external_key("register"), UniqueConstraint("project_id"))

    project_id: str = Field(sa_type=ID)
    open: int = Field(sa_type=BigInteger)


FILTERS = Filters(columns={"project_id": "id", "open": "boolean"}, sorts=())

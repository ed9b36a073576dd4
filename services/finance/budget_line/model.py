"""The table of budget lines, and what may be given of one."""

from sqlalchemy import BigInteger

from services.finance.tables import Model
from shared.contracts.finance import BudgetLine
from shared.domain.filters import Filters
from shared.domain.register import request_shape
from shared.store.columns import ID, KEY, Field, Row, by_external_key


class BudgetLineRow(Row, Model, table=True):
    __tablename__ = "budget_line"
    __table_args__ = (by_external_key("budget_line"),)

    project_id: str | None = Field(sa_type=ID)
    programme_id: str | None = Field(sa_type=ID)
    fiscal_year: int = Field(sa_type=BigInteger)
    nature: str | None = Field(sa_type=KEY)
    amount: int = Field(sa_type=BigInteger)
    state: str = Field(sa_type=KEY)


CONTENT = ("fiscal_year", "nature", "amount", "cost_type")

BudgetLineRevise = request_shape("BudgetLineRevise", BudgetLine, CONTENT)
BudgetLineCreate = request_shape(
    "BudgetLineCreate",
    BudgetLine,
    (*CONTENT, "project_id", "programme_id", "external_ref"),
    optional=("state",),
)

FILTERS = Filters(
    columns={
        "project_id": "id",
        "programme_id": "id",
        "fiscal_year": "integer",
        "nature": "code",
        "amount": "money",
        "state": "code",
    },
    sorts=("fiscal_year", "amount", "state"),
)

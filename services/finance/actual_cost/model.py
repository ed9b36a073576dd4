"""The table of actual costs, and what may be given of one; what was posted is not revised, only annotated."""

from sqlalchemy import BigInteger

from services.finance.actual_cost.rules import POSTED
from services.finance.tables import Model
from shared.contracts.finance import ActualCost
from shared.domain.filters import Filters
from shared.domain.register import request_shape
from shared.store.columns import ID, KEY, Field, Row, by_external_key


class ActualCostRow(Row, Model, table=True):
    __tablename__ = "actual_cost"
    __table_args__ = (by_external_key("actual_cost"),)

    project_id: str = Field(sa_type=ID)
    work_package_id: str | None = Field(sa_type=ID)
    posted_on: int = Field(sa_type=BigInteger)
    amount: int = Field(sa_type=BigInteger)
    nature: str = Field(sa_type=KEY)
    contract_id: str | None = Field(sa_type=ID)
    reverses_id: str | None = Field(sa_type=ID)


NOTES = ("document", "work_package_id", "contract_id")

ActualCostRevise = request_shape("ActualCostRevise", ActualCost, NOTES)
ActualCostCreate = request_shape("ActualCostCreate", ActualCost, (*POSTED, *NOTES, "external_ref"))

FILTERS = Filters(
    columns={
        "project_id": "id",
        "work_package_id": "id",
        "posted_on": "day",
        "amount": "money",
        "nature": "code",
        "contract_id": "id",
        "reverses_id": "id",
    },
    sorts=("posted_on", "amount"),
)

"""The table of assessments, and what may be given of one."""

from sqlalchemy import BigInteger

from services.risk.tables import Model
from shared.contracts.risk import Assessment
from shared.domain.filters import Filters
from shared.domain.register import request_shape
from shared.store.columns import ID, Field, Row, by_external_key


class AssessmentRow(Row, Model, table=True):
    __tablename__ = "assessment"
    __table_args__ = (by_external_key("assessment"),)

    project_id: str | None = Field(sa_type=ID)
    programme_id: str | None = Field(sa_type=ID)
    rated_on: int = Field(sa_type=BigInteger)
    rating: int = Field(sa_type=BigInteger)


CONTENT = ("project_id", "programme_id", "rated_on", "rating", "comment")

AssessmentRevise = request_shape("AssessmentRevise", Assessment, CONTENT)
AssessmentCreate = request_shape("AssessmentCreate", Assessment, (*CONTENT, "external_ref"))

FILTERS = Filters(
    columns={"project_id": "id", "programme_id": "id", "rated_on": "day", "rating": "integer"},
    sorts=("rated_on", "rating"),
)

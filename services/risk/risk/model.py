"""The table of risks, and what may be given of one."""

from sqlalchemy import BigInteger

from services.risk.tables import Model
from shared.contracts.language import Shape
from shared.contracts.risk import Risk, Step
from shared.domain.filters import Filters
from shared.domain.register import request_shape
from shared.store.columns import ID, KEY, Field, Row, by_external_key


class RiskRow(Row, Model, table=True):
    __tablename__ = "risk"
    __table_args__ = (by_external_key("risk"),)

    project_id: str = Field(sa_type=ID, index=True)
    title: str = Field(sa_type=KEY)
    kind: str = Field(sa_type=KEY)
    probability: int | None = Field(sa_type=BigInteger)
    impact: int | None = Field(sa_type=BigInteger)
    score: int | None = Field(sa_type=BigInteger)
    owner_id: str | None = Field(sa_type=ID, index=True)
    state: str = Field(sa_type=KEY)
    title_sort: str = Field(sa_type=KEY)
    search_text: str = Field(sa_type=KEY)


CONTENT = ("title", "kind", "cause", "event", "effect", "owner_id")

RiskRevise = request_shape("RiskRevise", Risk, CONTENT)
RiskCreate = request_shape("RiskCreate", Risk, ("project_id", *CONTENT, "external_ref"))


class Rating(Shape):
    """How likely it is, and how much it would matter: steps from 1 (very low) to 5 (very high)."""

    probability: Step
    """From 1 (very low) to 5 (very high)."""
    impact: Step
    """From 1 (very low) to 5 (very high)."""


FILTERS = Filters(
    columns={
        "project_id": "id",
        "title": "text",
        "kind": "code",
        "probability": "integer",
        "impact": "integer",
        "score": "integer",
        "owner_id": "id",
        "state": "code",
    },
    sorts=("score", "probability", "impact", "title"),
    search=("title",),
)

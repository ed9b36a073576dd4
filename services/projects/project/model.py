"""The table of projects, and what may be given of one."""

from sqlalchemy import BigInteger

from services.projects.tables import Model
from shared.contracts.projects import Project
from shared.domain.filters import Filters
from shared.domain.register import request_shape
from shared.store.columns import ID, KEY, Field, Row, UniqueConstraint, by_external_key


class ProjectRow(Row, Model, table=True):
    __tablename__ = "project"
    __table_args__ = (by_external_key("project"), UniqueConstraint("code"))

    code: str = Field(sa_type=KEY)
    name: str = Field(sa_type=KEY)
    stage: str = Field(sa_type=KEY)
    portfolio_id: str | None = Field(sa_type=ID)
    programme_id: str | None = Field(sa_type=ID)
    manager_id: str | None = Field(sa_type=ID)
    planned_start_on: int | None = Field(sa_type=BigInteger)
    planned_finish_on: int | None = Field(sa_type=BigInteger)
    code_sort: str = Field(sa_type=KEY)
    name_sort: str = Field(sa_type=KEY)
    search_text: str = Field(sa_type=KEY)


CONTENT = (
    "name", "description", "phase", "portfolio_id", "programme_id", "sponsor_id", "manager_id", "planned_start_on",
    "planned_finish_on", "forecast_start_on", "forecast_finish_on", "actual_start_on", "actual_finish_on",
    "planned_cost", "forecast_cost", "lifecycle_cost",
)  # fmt: skip

ProjectRevise = request_shape("ProjectRevise", Project, CONTENT)
ProjectCreate = request_shape(
    "ProjectCreate", Project, (*CONTENT, "external_ref"), optional=("code", "stage")
)

FILTERS = Filters(
    columns={
        "code": "code",
        "name": "text",
        "stage": "code",
        "portfolio_id": "id",
        "programme_id": "id",
        "manager_id": "id",
        "planned_start_on": "day",
        "planned_finish_on": "day",
    },
    sorts=("code", "name", "stage", "planned_start_on", "planned_finish_on"),
    search=("name", "code"),
)

"""The table of work packages, and what may be given of one."""

from sqlalchemy import BigInteger

from services.projects.tables import Model
from shared.contracts.language import Percent, Shape
from shared.contracts.projects import WorkPackage
from shared.domain.filters import Filters
from shared.domain.register import request_shape
from shared.store.columns import ID, KEY, Field, Row, by_external_key, unique_among_live


class WorkPackageRow(Row, Model, table=True):
    __tablename__ = "work_package"
    __table_args__ = (
        by_external_key("work_package"),
        unique_among_live("work_package", "project_id", "wbs"),
    )

    project_id: str = Field(sa_type=ID)
    parent_id: str | None = Field(sa_type=ID, index=True)
    wbs: str = Field(sa_type=KEY)
    name: str = Field(sa_type=KEY)
    state: str = Field(sa_type=KEY)
    percent_complete: int = Field(sa_type=BigInteger)
    wbs_sort: str = Field(sa_type=KEY)
    name_sort: str = Field(sa_type=KEY)
    search_text: str = Field(sa_type=KEY)


CONTENT = (
    "parent_id", "wbs", "name", "description", "owner_id", "budget", "planned_start_on", "planned_finish_on",
)  # fmt: skip

WorkPackageRevise = request_shape("WorkPackageRevise", WorkPackage, CONTENT)
WorkPackageCreate = request_shape("WorkPackageCreate", WorkPackage, ("project_id", *CONTENT, "external_ref"))


class Progress(Shape):
    """How much of the work package is done."""

    percent_complete: Percent
    """How much is done now, from 0 to 100."""


FILTERS = Filters(
    columns={
        "project_id": "id",
        "parent_id": "id",
        "wbs": "code",
        "name": "text",
        "state": "code",
        "percent_complete": "integer",
    },
    sorts=("wbs", "name", "percent_complete"),
    search=("name", "wbs"),
)

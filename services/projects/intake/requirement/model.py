"""The table of requirements, and to which deliverables they trace."""

from services.projects.tables import Model
from shared.contracts.projects.intake import Requirement
from shared.store.columns import ID, Field, Index
from shared.store.rows import table_of

RequirementRow = table_of(Requirement, Model, indexes=("request_id", "project_id"))


class TraceRow(Model, table=True):
    """One link of the trace: a deliverable that a requirement names. It is read both ways."""

    __tablename__ = "requirement_trace"
    __table_args__ = (Index("ix_requirement_trace__deliverable_id", "deliverable_id"),)

    requirement_id: str = Field(sa_type=ID, primary_key=True)
    deliverable_id: str = Field(sa_type=ID, primary_key=True)

"""The table of performances, what work packages and costs contribute, and the sums of it as differences by day."""

from services.finance.tables import Model
from shared.contracts.finance.control import Performance
from shared.domain.measured_rows import SpanColumns, SumColumns
from shared.store.columns import ID, KEY, BigInteger, Field, Index
from shared.store.rows import table_of

PerformanceRow = table_of(Performance, Model)


class MeasuredBaseline(Model, table=True):
    """When plans of a project were agreed: it is measured against the last one. `baseline_id` is null of one that was
    approved with its project, before there were baselines."""

    __tablename__ = "measured_baseline"

    project_id: str = Field(sa_type=ID, primary_key=True)
    approved_at: int = Field(sa_type=BigInteger, primary_key=True)
    baseline_id: str | None = Field(sa_type=ID)


class MeasuredPackage(Model, table=True):
    """Every version of a work package as earned value needs it; `budget` is null where it has none."""

    __tablename__ = "measured_package"
    __table_args__ = (Index("ix_measured_package__project_id_effective_at", "project_id", "effective_at"),)

    id: str = Field(sa_type=ID, primary_key=True)
    version: int = Field(sa_type=BigInteger, primary_key=True)
    project_id: str = Field(sa_type=ID)
    effective_at: int = Field(sa_type=BigInteger)
    budget: int | None = Field(sa_type=BigInteger)
    currency: str | None = Field(sa_type=KEY)
    starts_on: int | None = Field(sa_type=BigInteger)
    finishes_on: int | None = Field(sa_type=BigInteger)
    percent: int = Field(sa_type=BigInteger)
    archived: int = Field(sa_type=BigInteger)
    approved_budget: int | None = Field(sa_type=BigInteger)
    approved_currency: str | None = Field(sa_type=KEY)
    approved_starts_on: int | None = Field(sa_type=BigInteger)
    approved_finishes_on: int | None = Field(sa_type=BigInteger)
    added: int = Field(sa_type=BigInteger)


class SumRow(SumColumns, Model, table=True):
    __tablename__ = "measured_sum"


class SpanRow(SpanColumns, Model, table=True):
    __tablename__ = "measured_span"

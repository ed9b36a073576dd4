"""The columns of the tables that keep what is measured as rows of differences (see `shared.domain.measured`)."""

from sqlalchemy import BigInteger
from sqlmodel import SQLModel

from shared.store.columns import ID, KEY, Field


class SumColumns(SQLModel):
    """What is added to the sums of a project from a day on, by what was recorded on one day.

    Amounts are two integers each, so that no sum is larger than its column.
    """

    project_id: str = Field(sa_type=ID, primary_key=True)
    counts_from: int = Field(sa_type=BigInteger, primary_key=True)
    currency: str = Field(sa_type=KEY, primary_key=True)
    recorded_day: int = Field(sa_type=BigInteger, primary_key=True)
    bac_high: int = Field(sa_type=BigInteger)
    bac_low: int = Field(sa_type=BigInteger)
    ev_high: int = Field(sa_type=BigInteger)
    ev_low: int = Field(sa_type=BigInteger)
    ac_high: int = Field(sa_type=BigInteger)
    ac_low: int = Field(sa_type=BigInteger)
    current_high: int = Field(sa_type=BigInteger)
    current_low: int = Field(sa_type=BigInteger)
    packages: int = Field(sa_type=BigInteger)
    undated: int = Field(sa_type=BigInteger)
    differing: int = Field(sa_type=BigInteger)


class SpanColumns(SQLModel):
    """The same of the plan: a budget that is spread evenly over the days from the first to the last."""

    project_id: str = Field(sa_type=ID, primary_key=True)
    counts_from: int = Field(sa_type=BigInteger, primary_key=True)
    currency: str = Field(sa_type=KEY, primary_key=True)
    starts_on: int = Field(sa_type=BigInteger, primary_key=True)
    finishes_on: int = Field(sa_type=BigInteger, primary_key=True)
    recorded_day: int = Field(sa_type=BigInteger, primary_key=True)
    budget_high: int = Field(sa_type=BigInteger)
    budget_low: int = Field(sa_type=BigInteger)

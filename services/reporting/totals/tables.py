"""The rows in which the sums of portfolios are kept."""

from sqlalchemy import BigInteger, Text
from sqlmodel import SQLModel

from services.reporting.tables import Model
from shared.store.columns import ID, KEY, Field, Index


class Measures(SQLModel):
    """What is summed, in the order of `contributions.MEASURES`; amounts are two integers each."""

    planned_high: int = Field(sa_type=BigInteger)
    planned_low: int = Field(sa_type=BigInteger)
    forecast_high: int = Field(sa_type=BigInteger)
    forecast_low: int = Field(sa_type=BigInteger)
    actual_high: int = Field(sa_type=BigInteger)
    actual_low: int = Field(sa_type=BigInteger)
    variance_high: int = Field(sa_type=BigInteger)
    variance_low: int = Field(sa_type=BigInteger)
    comparable_high: int = Field(sa_type=BigInteger)
    comparable_low: int = Field(sa_type=BigInteger)
    projects: int = Field(sa_type=BigInteger)
    planned_known: int = Field(sa_type=BigInteger)
    forecast_known: int = Field(sa_type=BigInteger)
    actual_known: int = Field(sa_type=BigInteger)
    variance_known: int = Field(sa_type=BigInteger)
    foreign_forecasts: int = Field(sa_type=BigInteger)
    foreign_actuals: int = Field(sa_type=BigInteger)
    without_information: int = Field(sa_type=BigInteger)


class DifferenceRow(Measures, Model, table=True):
    """What is added to a cell within `span` days from the day `starts` on: of one day, or of a block of days.

    The rows of blocks hold the rows of their days added up, so that a day of the past is the sum of few rows.
    """

    __tablename__ = "portfolio_difference"

    span: int = Field(sa_type=BigInteger, primary_key=True)
    starts: int = Field(sa_type=BigInteger, primary_key=True)
    portfolio_id: str = Field(sa_type=ID, primary_key=True)
    stage: str = Field(sa_type=KEY, primary_key=True)
    currency: str = Field(sa_type=KEY, primary_key=True)
    health: str = Field(sa_type=KEY, primary_key=True)
    archived: int = Field(sa_type=BigInteger, primary_key=True)


class StandingRow(Measures, Model, table=True):
    """The sum of a cell by the end of the clock's day; `changed` is the clock's count when it was last written."""

    __tablename__ = "portfolio_standing"
    __table_args__ = (Index("ix_portfolio_standing__changed", "changed"),)

    portfolio_id: str = Field(sa_type=ID, primary_key=True)
    stage: str = Field(sa_type=KEY, primary_key=True)
    currency: str = Field(sa_type=KEY, primary_key=True)
    health: str = Field(sa_type=KEY, primary_key=True)
    archived: int = Field(sa_type=BigInteger, primary_key=True)
    changed: int = Field(sa_type=BigInteger)


class LimitsRow(Model, table=True):
    """The thresholds of a portfolio from a day on, as JSON; empty where it sets none."""

    __tablename__ = "portfolio_limits"

    portfolio_id: str = Field(sa_type=ID, primary_key=True)
    from_day: int = Field(sa_type=BigInteger, primary_key=True)
    version: int = Field(sa_type=BigInteger)
    thresholds: str = Field(sa_type=Text)


class ClockRow(Model, table=True):
    """One row: the day of the standing sums, and how often they, the thresholds and the portfolios have changed.

    A fold checks in its commit that nobody changed meanwhile what it relied on.
    """

    __tablename__ = "totals_clock"

    id: int = Field(sa_type=BigInteger, primary_key=True)
    day: int = Field(sa_type=BigInteger)
    changes: int = Field(sa_type=BigInteger)
    limits: int = Field(sa_type=BigInteger)
    portfolios: int = Field(sa_type=BigInteger)


class TurnRow(Model, table=True):
    """How many folds have written figures of the projects of a partition: two replicas must not at once."""

    __tablename__ = "figures_turn"

    partition: int = Field(sa_type=BigInteger, primary_key=True)
    folds: int = Field(sa_type=BigInteger)

"""One row per project and day of change; valid until the day before the next row's, the newest for ever."""

from sqlalchemy import BigInteger, Text, text

from services.reporting.tables import Model
from shared.domain.measured_rows import SpanColumns, SumColumns
from shared.store.columns import ID, KEY, Field, Index

LISTED_BY = (("code_sort",), ("name_sort",), ("stage",), ("planned_finish",))
LISTED_WHERE_KNOWN = (
    *(("currency", amount) for amount in ("planned", "forecast", "actual", "variance")),
    ("programme_id",),
    ("external_source",),
    ("external_id",),
)
"""What the list of projects is sorted and narrowed by: along such an index a page of any day is found, because the days
of a project stand side by side in it."""

LATENESS = ("finish_fixed", "finish_due", "start_fixed", "start_due")
"""What a list by days late is sorted by, see `lateness.Lateness`. The forecast stands in the index too: by it the rows
that the walk of a day passes over are told without reading them."""


class FiguresRow(Model, table=True):
    __tablename__ = "figures"
    __table_args__ = (
        Index("ix_figures__until_day_portfolio_id", "until_day", "portfolio_id"),
        Index("ix_figures__project_id_until_day", "project_id", "until_day"),
        Index("ix_figures__portfolio_id_project_id", "portfolio_id", "project_id", "from_day"),
        Index("ix_figures__from_day", "from_day"),
        *(
            Index(f"ix_figures__{'_'.join(columns)}_project_id", *columns, "project_id")
            for columns in LISTED_BY
        ),
        *(
            Index(
                f"ix_figures__{'_'.join(columns)}_project_id",
                *columns,
                "project_id",
                sqlite_where=text(f"{columns[-1]} IS NOT NULL"),
                postgresql_where=text(f"{columns[-1]} IS NOT NULL"),
            )
            for columns in LISTED_WHERE_KNOWN
        ),
        *(
            Index(
                f"ix_figures__{column}_project_id",
                column,
                "project_id",
                f"forecast_{column.partition('_')[0]}",
                sqlite_where=text(f"{column} IS NOT NULL"),
                postgresql_where=text(f"{column} IS NOT NULL"),
            )
            for column in LATENESS
        ),
    )

    project_id: str = Field(sa_type=ID, primary_key=True)
    from_day: int = Field(sa_type=BigInteger, primary_key=True)
    until_day: int = Field(sa_type=BigInteger)
    archived: int = Field(sa_type=BigInteger)
    code: str = Field(sa_type=KEY)
    name: str = Field(sa_type=KEY)
    external_source: str | None = Field(sa_type=KEY)
    external_id: str | None = Field(sa_type=KEY)
    portfolio_id: str | None = Field(sa_type=ID)
    programme_id: str | None = Field(sa_type=ID)
    stage: str = Field(sa_type=KEY)
    currency: str | None = Field(sa_type=KEY)
    planned: int | None = Field(sa_type=BigInteger)
    forecast: int | None = Field(sa_type=BigInteger)
    actual: int | None = Field(sa_type=BigInteger)
    variance: int | None = Field(sa_type=BigInteger)
    cost_reason: str | None = Field(sa_type=KEY)
    planned_start: int | None = Field(sa_type=BigInteger)
    planned_finish: int | None = Field(sa_type=BigInteger)
    forecast_finish: int | None = Field(sa_type=BigInteger)
    actual_finish: int | None = Field(sa_type=BigInteger)
    at_completion: int | None = Field(sa_type=BigInteger)
    earned: int | None = Field(sa_type=BigInteger)
    earned_currency: str | None = Field(sa_type=KEY)
    plan: str | None = Field(sa_type=Text)
    worst_risk: int = Field(sa_type=BigInteger)
    occurred_risks: int = Field(sa_type=BigInteger)
    forecast_start: int | None = Field(sa_type=BigInteger)
    actual_start: int | None = Field(sa_type=BigInteger)
    code_sort: str = Field(sa_type=KEY)
    name_sort: str = Field(sa_type=KEY)
    search_text: str = Field(sa_type=KEY)
    current_at_completion: int | None = Field(sa_type=BigInteger)
    differing: int = Field(sa_type=BigInteger)
    basis: str = Field(sa_type=Text)
    finish_fixed: int | None = Field(sa_type=BigInteger)
    finish_due: int | None = Field(sa_type=BigInteger)
    start_fixed: int | None = Field(sa_type=BigInteger)
    start_due: int | None = Field(sa_type=BigInteger)


class TextRow(Model, table=True):
    """The names that a project ever had, in the search form: `q` is looked up here, and compared with the row of the day.

    Its index is kept apart from the rows of days, of which most have the name of the day before.
    """

    __tablename__ = "project_text"

    project_id: str = Field(sa_type=ID, primary_key=True)
    search_text: str = Field(sa_type=KEY, primary_key=True)


class SumRow(SumColumns, Model, table=True):
    __tablename__ = "measured_sum"


class SpanRow(SpanColumns, Model, table=True):
    __tablename__ = "measured_span"

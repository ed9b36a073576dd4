"""The table of forecasts, and what may be given of one."""

from sqlalchemy import BigInteger

from services.finance.tables import Model
from shared.contracts.finance import Forecast
from shared.domain.filters import Filters
from shared.domain.register import request_shape
from shared.store.columns import ID, Field, Row, by_external_key


class ForecastRow(Row, Model, table=True):
    __tablename__ = "forecast"
    __table_args__ = (by_external_key("forecast"),)

    project_id: str = Field(sa_type=ID)
    forecast_on: int = Field(sa_type=BigInteger)
    at_completion: int = Field(sa_type=BigInteger)


CONTENT = ("forecast_on", "at_completion", "comment")

ForecastRevise = request_shape("ForecastRevise", Forecast, CONTENT)
ForecastCreate = request_shape("ForecastCreate", Forecast, ("project_id", *CONTENT, "external_ref"))

FILTERS = Filters(
    columns={"project_id": "id", "forecast_on": "day", "at_completion": "money"},
    sorts=("forecast_on", "at_completion"),
)

"""The table of forecasts."""

from services.finance.tables import Model
from shared.contracts.finance.control import Forecast
from shared.store.rows import table_of

ForecastRow = table_of(Forecast, Model)

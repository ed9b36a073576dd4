"""The routes of forecasts."""

from services.finance.forecast import commands
from services.finance.forecast.model import ForecastRow
from shared.contracts.finance import Forecast
from shared.domain.register import Register
from shared.http.collection import register_routes
from shared.http.routes import Routes

FORECASTS = Register(
    Forecast,
    ForecastRow,
    check=commands.check,
    acts=commands.ACTS,
)

routes = Routes("finance", "Forecasts")
register_routes(routes, FORECASTS)

"""The routes of forecasts."""

from services.finance.control.forecast import commands
from services.finance.control.forecast.model import ForecastRow
from shared.contracts.finance.control import Forecast
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

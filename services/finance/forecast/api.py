"""The routes of forecasts."""

from services.finance.forecast import commands
from services.finance.forecast.model import FILTERS, ForecastCreate, ForecastRevise, ForecastRow
from services.finance.tables import KNOWN_PROJECT
from shared.contracts.finance import Forecast
from shared.domain.register import Register
from shared.http.collection import register_routes
from shared.http.routes import Routes

FORECASTS = Register(
    shape=Forecast,
    row=ForecastRow,
    create=ForecastCreate,
    revise=ForecastRevise,
    filters=FILTERS,
    check=commands.check,
    acts=commands.ACTS,
    names={"project_id": KNOWN_PROJECT},
)

routes = Routes("finance", "Forecasts")
register_routes(routes, FORECASTS)

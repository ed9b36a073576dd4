"""The registers of the group, with their routes."""

from services.finance.control.actual_cost import api as actual_cost
from services.finance.control.forecast import api as forecast
from services.finance.control.performance import api as performance
from shared.runtime.service import Group

CONTROL = Group(
    routes=(forecast.routes, actual_cost.routes, performance.routes),
    registers=(forecast.FORECASTS, actual_cost.ACTUAL_COSTS, performance.PERFORMANCES),
)

"""The routes of actual costs."""

from services.finance.actual_cost import commands
from services.finance.actual_cost.model import FILTERS, ActualCostCreate, ActualCostRevise, ActualCostRow
from shared.contracts.finance import ActualCost
from shared.http.collection import register_routes
from shared.http.routes import Routes
from shared.register import Register

ACTUAL_COSTS = Register(
    shape=ActualCost,
    row=ActualCostRow,
    create=ActualCostCreate,
    revise=ActualCostRevise,
    filters=FILTERS,
    check=commands.check,
)

routes = Routes("finance", "Actual costs")
register_routes(routes, ACTUAL_COSTS, moves_money=True)

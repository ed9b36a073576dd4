"""The routes of actual costs."""

from services.finance.control.actual_cost import commands
from services.finance.control.actual_cost.model import ActualCostRow
from shared.contracts.finance.control import ActualCost
from shared.domain.register import Register
from shared.http.collection import register_routes
from shared.http.routes import Routes

ACTUAL_COSTS = Register(
    ActualCost,
    ActualCostRow,
    check=commands.check,
    judges=("reverses_id",),
    guard=commands.guard,
    acts=commands.ACTS,
    carried=commands.carried,
)

routes = Routes("finance", "Actual costs")
register_routes(routes, ACTUAL_COSTS, moves_money=True)

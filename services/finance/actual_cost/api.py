"""The routes of actual costs."""

from services.finance.actual_cost import commands
from services.finance.actual_cost.model import FILTERS, ActualCostCreate, ActualCostRevise, ActualCostRow
from services.finance.contract.model import ContractRow
from services.finance.tables import KNOWN_PROJECT, KnownWorkPackage
from shared.contracts.finance import ActualCost
from shared.domain.register import Register
from shared.http.collection import register_routes
from shared.http.routes import Routes

ACTUAL_COSTS = Register(
    shape=ActualCost,
    row=ActualCostRow,
    create=ActualCostCreate,
    revise=ActualCostRevise,
    filters=FILTERS,
    check=commands.check,
    guard=commands.guard,
    acts=commands.ACTS,
    carried=commands.carried,
    names={
        "project_id": KNOWN_PROJECT,
        "work_package_id": KnownWorkPackage,
        "contract_id": ContractRow,
        "reverses_id": ActualCostRow,
    },
)

routes = Routes("finance", "Actual costs")
register_routes(routes, ACTUAL_COSTS, moves_money=True)

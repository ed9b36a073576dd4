"""The finance service: its tables, routes and what it listens to (its own costs among it)."""

from pathlib import Path

from services.finance.actual_cost import api as actual_cost
from services.finance.budget import api as budget
from services.finance.budget_line import api as budget_line
from services.finance.contract import api as contract
from services.finance.forecast import api as forecast
from services.finance.performance import api as performance
from services.finance.performance import reactions as measuring
from services.finance.reactions import REACTIONS
from services.finance.tables import Model
from services.finance.vendor import api as vendor
from shared.messaging.inbox import reacting
from shared.runtime.service import Service

SERVICE = Service(
    name="finance",
    title="Finance",
    metadata=Model.metadata,
    migrations=Path(__file__).parent / "migrations",
    routes=(
        budget.routes,
        budget_line.routes,
        forecast.routes,
        actual_cost.routes,
        vendor.routes,
        contract.routes,
        performance.routes,
    ),
    registers=(
        budget.BUDGETS,
        budget_line.BUDGET_LINES,
        forecast.FORECASTS,
        actual_cost.ACTUAL_COSTS,
        vendor.VENDORS,
        contract.CONTRACTS,
        performance.PERFORMANCES,
    ),
    consumers=(
        reacting("finance", REACTIONS),
        reacting("finance", measuring.REACTIONS, name="performance", measures=True),
    ),
)

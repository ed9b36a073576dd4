"""The routes of budget lines."""

from services.finance.budget_line import commands, rules
from services.finance.budget_line.model import FILTERS, BudgetLineCreate, BudgetLineRevise, BudgetLineRow
from services.finance.tables import KNOWN_PROGRAMME, KNOWN_PROJECT
from shared.contracts.finance import BudgetLine
from shared.domain.register import Register
from shared.http.collection import register_routes
from shared.http.routes import Routes

BUDGET_LINES = Register(
    shape=BudgetLine,
    row=BudgetLineRow,
    create=BudgetLineCreate,
    revise=BudgetLineRevise,
    filters=FILTERS,
    supply=commands.supply,
    check=commands.check,
    tell=commands.tell,
    acts=commands.ACTS,
    lifecycle=rules.LIFECYCLE,
    names={"project_id": KNOWN_PROJECT, "programme_id": KNOWN_PROGRAMME},
)

routes = Routes("finance", "Budget lines")
register_routes(routes, BUDGET_LINES)

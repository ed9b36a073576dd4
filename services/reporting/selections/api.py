"""The routes of selections: candidates can be tried before anything of them is kept."""

from shared.domain.operations import OperationKind
from shared.http.long_work.routes import begins
from shared.http.routes import Routes

TRIAL = OperationKind(
    "selection_trial", "services.reporting.engines.selection.trial:TRIAL", result="SelectionTrialResult"
)

routes = Routes(
    "reporting", "Selections", about="Which projects are worth most under budgets and capacities."
)
begins(
    routes,
    "/v1/selections/trial",
    TRIAL,
    summary="Choose among candidates that are sent",
    description="Begins an operation; nothing of the candidates is kept. What contradicts itself is refused at once,"
    " with a pointer to each fault. The method: `docs/methods/selection.md`.",
)

"""The routes of simulations: a model can be tried before anything of it is kept."""

from shared.domain.operations import OperationKind
from shared.http.long_work.routes import begins
from shared.http.routes import Routes

TRIAL = OperationKind(
    "simulation_trial", "services.risk.engines.simulation.trial:TRIAL", result="SimulationTrialResult"
)

routes = Routes(
    "risk", "Simulations", about="When a project is finished and what it costs, with which probability."
)
begins(
    routes,
    "/v1/simulations/trial",
    TRIAL,
    summary="Simulate a model that is sent",
    description="Begins an operation; nothing of the model is kept. What is no model is refused at once, with a pointer"
    " to each fault. The method: `docs/methods/simulation.md`.",
)

"""The routes of risks."""

from services.risk.risks.risk import commands, rules
from services.risk.risks.risk.model import RiskRow
from shared.contracts.risk.risks import Risk
from shared.domain.register import Register
from shared.http.collection import register_routes
from shared.http.routes import Routes

RISKS = Register(
    Risk,
    RiskRow,
    check=commands.check,
    acts=commands.ACTS,
    lifecycle=rules.LIFECYCLE,
)

routes = Routes("risk", "Risks")
register_routes(routes, RISKS)

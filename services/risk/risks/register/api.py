"""The routes of registers: they are read; what is in them follows from the projects."""

from services.risk.risks.register.model import RegisterRow
from shared.contracts.risk.risks import Register as RiskRegister
from shared.domain.register import Register
from shared.http.collection import register_routes
from shared.http.routes import Routes

REGISTERS = Register(RiskRegister, RegisterRow)

routes = Routes("risk", "Registers")
register_routes(routes, REGISTERS)

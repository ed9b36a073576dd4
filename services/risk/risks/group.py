"""The registers of the group, with their routes."""

from services.risk.risks.assessment import api as assessment
from services.risk.risks.register import api as register
from services.risk.risks.risk import api as risk
from shared.runtime.service import Group

RISKS = Group(
    routes=(register.routes, risk.routes, assessment.routes),
    registers=(register.REGISTERS, risk.RISKS, assessment.ASSESSMENTS),
)

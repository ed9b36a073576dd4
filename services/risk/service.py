"""The risk service: its tables, routes and what it listens to."""

from pathlib import Path

from services.risk.assessment import api as assessment
from services.risk.reactions import REACTIONS
from services.risk.register import api as register
from services.risk.risk import api as risk
from services.risk.tables import Model
from shared.messaging.inbox import reacting
from shared.runtime.service import Service

SERVICE = Service(
    name="risk",
    title="Risk",
    metadata=Model.metadata,
    migrations=Path(__file__).parent / "migrations",
    routes=(register.routes, risk.routes, assessment.routes),
    registers=(register.REGISTERS, risk.RISKS, assessment.ASSESSMENTS),
    consumers=(reacting("risk", REACTIONS),),
)

"""The routes of assessments."""

from services.risk.risks.assessment import commands
from services.risk.risks.assessment.model import AssessmentRow
from shared.contracts.risk.risks import Assessment
from shared.domain.register import Register
from shared.http.collection import register_routes
from shared.http.routes import Routes

ASSESSMENTS = Register(
    Assessment,
    AssessmentRow,
    check=commands.check,
    acts=commands.ACTS,
)

routes = Routes("risk", "Assessments")
register_routes(routes, ASSESSMENTS)

"""The routes of assessments."""

from services.risk.assessment import commands
from services.risk.assessment.model import FILTERS, AssessmentCreate, AssessmentRevise, AssessmentRow
from services.risk.tables import KNOWN_PROGRAMME, KNOWN_PROJECT
from shared.contracts.risk import Assessment
from shared.domain.register import Register
from shared.http.collection import register_routes
from shared.http.routes import Routes

ASSESSMENTS = Register(
    shape=Assessment,
    row=AssessmentRow,
    create=AssessmentCreate,
    revise=AssessmentRevise,
    filters=FILTERS,
    check=commands.check,
    acts=commands.ACTS,
    names={"project_id": KNOWN_PROJECT, "programme_id": KNOWN_PROGRAMME},
)

routes = Routes("risk", "Assessments")
register_routes(routes, ASSESSMENTS)

"""The routes of business cases, and what they come to."""

from services.finance.appraisal.business_case import commands, rules
from services.finance.appraisal.business_case.figures import CaseFigures, figures_of
from services.finance.appraisal.business_case.model import BusinessCaseRow
from shared.contracts.finance.appraisal import BusinessCase
from shared.domain.register import Register
from shared.http.call import Answer, Call
from shared.http.collection import register_routes
from shared.http.path import Id
from shared.http.routes import Routes

BUSINESS_CASES = Register(
    BusinessCase, BusinessCaseRow, check=commands.check, acts=commands.ACTS, lifecycle=rules.LIFECYCLE
)

routes = Routes("finance", "Business cases")
register_routes(routes, BUSINESS_CASES)


@routes.get("/v1/business-cases/{id}/figures", refusals=(404,))
async def figures(call: Call, id: Id) -> Answer[CaseFigures]:
    """Figures of a business case: net present value, internal rate of return, payback, benefit-cost ratio, sensitivity."""
    case = await call.work.load(BusinessCase, id)
    return Answer(200, figures_of(case).model_dump_json().encode())

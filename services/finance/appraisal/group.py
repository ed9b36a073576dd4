"""The registers of the group, with their routes."""

from services.finance.appraisal.business_case import api as business_case
from services.finance.appraisal.cost_estimate import api as cost_estimate
from shared.runtime.service import Group

APPRAISAL = Group(
    routes=(cost_estimate.routes, business_case.routes),
    registers=(cost_estimate.COST_ESTIMATES, business_case.BUSINESS_CASES),
)

"""What is checked of cost estimates, and the total that follows from their lines."""

from services.finance.appraisal.cost_estimate import rules
from shared.contracts.finance.appraisal import CostEstimate
from shared.domain.work import Work


async def check(work: Work, estimate: CostEstimate) -> None:
    rules.is_of_one_thing(estimate)
    rules.is_sound(estimate)
    rules.with_total(estimate)

"""Checks of assessments against copies of other services; a project that has ended may still be rated."""

from services.risk.risks.assessment import rules
from services.risk.tables import KNOWN_PROJECT
from shared.contracts.risk.risks import Assessment
from shared.domain.acts import Acts, of_known_project
from shared.domain.days import refuse_future
from shared.domain.work import Work

ACTS = Acts(of_known_project(KNOWN_PROJECT), rules.act)


async def check(work: Work, assessment: Assessment) -> None:
    rules.rates_something(assessment)
    rules.says_why_it_has_no_rating(assessment)
    refuse_future(work, assessment.rated_on, "/rated_on")

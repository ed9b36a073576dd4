"""What is checked of assessments against what was heard of; a project that has ended may still be rated."""

from services.risk.assessment import rules
from services.risk.tables import KnownProgramme, KnownProject
from shared.contracts.risk import Assessment
from shared.domain.days import refuse_future
from shared.domain.references import heard_of
from shared.domain.work import Work


async def check(work: Work, assessment: Assessment) -> None:
    rules.rates_something(assessment)
    refuse_future(work, assessment.rated_on, "/rated_on")
    await heard_of(work, KnownProject, assessment.project_id, "/project_id")
    await heard_of(work, KnownProgramme, assessment.programme_id, "/programme_id")

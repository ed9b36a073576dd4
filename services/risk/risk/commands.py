"""What is done with risks beyond a plain register: checked against their project, and assessed."""

from services.risk.risk import rules
from services.risk.risk.model import Rating
from services.risk.tables import KnownProject
from shared.contracts.risk import Risk
from shared.domain.references import heard_of
from shared.domain.work import Match, Work, expect_version


async def check(work: Work, risk: Risk) -> None:
    rules.is_open(risk)
    known = await heard_of(work, KnownProject, risk.project_id, "/project_id")
    assert known is not None
    _, _, stage, archived = known
    rules.project_is_open(stage, bool(archived))


async def assess(work: Work, id: str, if_match: Match | None, rating: Rating) -> Risk:
    risk = await work.load(Risk, id)
    expect_version(risk, if_match)
    fact = rules.assess(risk, rating.probability, rating.impact)
    return work.save(risk, fact)

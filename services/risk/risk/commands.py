"""What is done with risks beyond a plain register: checked against their project, and assessed."""

from services.risk.risk import rules
from services.risk.risk.model import CONTENT, Rating
from services.risk.tables import KNOWN_PROJECT
from shared.contracts.risk import Risk
from shared.domain.acts import Acts, admit, of_known_project
from shared.domain.work import Match, Work, expect_version

ACTS = Acts(of_known_project(KNOWN_PROJECT), rules.act)


async def check(work: Work, risk: Risk) -> None:
    """A closed risk is not revised; it may come back from the archive as it went."""
    before = work.before(risk)
    if before is None or any(getattr(risk, m) != getattr(before, m) for m in CONTENT):
        rules.is_open(risk)


async def assess(work: Work, id: str, if_match: Match | None, rating: Rating) -> Risk:
    risk = await work.load(Risk, id)
    expect_version(risk, if_match)
    rules.LIFECYCLE.admit(risk, "assess")
    await admit(work, ACTS, risk, "assess")
    fact = rules.assess(risk, rating.probability, rating.impact)
    return work.save(risk, fact)

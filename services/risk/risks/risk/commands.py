"""What is checked of risks."""

from services.risk.risks.risk import rules
from services.risk.tables import KNOWN_PROJECT
from shared.contracts.risk.risks import Risk
from shared.domain.acts import Acts, of_known_project
from shared.domain.register import is_revised
from shared.domain.work import Work

ACTS = Acts(of_known_project(KNOWN_PROJECT), rules.act)


async def check(work: Work, risk: Risk) -> None:
    """A closed risk is not revised; it may come back from the archive as it went."""
    before = work.before(risk)
    if before is None or is_revised(risk, before):
        rules.is_open(risk)

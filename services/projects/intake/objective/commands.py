"""What is checked of objectives."""

from services.projects.intake.objective import rules
from services.projects.standing import of_project
from shared.contracts.projects.intake import Objective
from shared.domain.acts import Acts
from shared.domain.work import Work

ACTS = Acts(of_project, rules.act)


async def check(work: Work, objective: Objective) -> None:
    rules.stays_as_agreed(objective, work.before(objective))

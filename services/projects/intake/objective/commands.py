"""What is checked of objectives."""

from services.projects.intake.objective import rules
from services.projects.mandate.mandate.binding import mandates_of
from services.projects.standing import of_project
from shared.contracts.projects.intake import Objective
from shared.domain.acts import Acts
from shared.domain.work import Work

ACTS = Acts(of_project, rules.act)


async def check(work: Work, objective: Objective) -> None:
    before = work.before(objective)
    rules.stays_as_agreed(objective, before)
    if before is not None and rules.is_reworded(objective, before):
        rules.is_held_by_none(objective, await mandates_of(work, objective.project_id))

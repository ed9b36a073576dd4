"""What is checked of objectives: what was agreed stays, and so does what a signed mandate holds."""

from services.projects.intake.objective import rules
from services.projects.mandate.mandate.binding import mandates_of
from services.projects.standing import of_project
from shared.base.errors import Conflict, Fault
from shared.contracts.projects.intake import Objective
from shared.contracts.projects.mandate import MandateState
from shared.domain.acts import Acts
from shared.domain.work import Work

ACTS = Acts(of_project, rules.act)


async def check(work: Work, objective: Objective) -> None:
    before = work.before(objective)
    rules.stays_as_agreed(objective, before)
    if before is not None and (members := rules.reworded(objective, before)):
        await _refuse_mandated(work, objective, members)


async def _refuse_mandated(work: Work, objective: Objective, members: list[str]) -> None:
    """Refuse (409 `objective_is_mandated`) other words while a signed mandate holds it: its next edition holds another
    objective in its place."""
    mandates = await mandates_of(work, objective.project_id)
    if any(one.state is MandateState.SIGNED and objective.id in one.objectives for one in mandates):
        raise Conflict(
            "a signed mandate holds the objective: its next edition names another one in its place",
            *(Fault("mandated", "is in a signed mandate", pointer=f"/{member}") for member in members),
            code="objective_is_mandated",
        )

"""What an approved request becomes: a project, made in the commit that converts it, with what the request requires, and the
papers on it.

The draft of its initiation mandate is made here too, as soon as there are mandates, and named in the fact.
"""

from services.projects.intake.requirement.commands import hand_over
from services.projects.mandate.decision_paper import subjects as papers
from services.projects.structure.project.api import PROJECTS
from shared.contracts.projects.intake import Request
from shared.domain.register import make
from shared.domain.work import Work


async def begin_project(work: Work, request: Request) -> None:
    """A proposed project with what the request says, under the id that the request names already."""
    assert request.became is not None
    await make(
        work,
        PROJECTS,
        request.became.id,
        name=request.title,
        description=request.adapted or request.need,
        portfolio_id=request.portfolio_id,
        programme_id=request.programme_id,
        planned_cost=request.cost_likely,
        inherited={"unit_id": request.unit_id, "objectives": request.objectives},
    )
    await hand_over(work, request)
    await papers.hand_over(work, request)

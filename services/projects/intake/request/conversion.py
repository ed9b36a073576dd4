"""What an approved request becomes: a project, made in the commit that converts it, with what the request requires, and the
papers on it.

The draft of its initiation mandate is made in the same commit.
"""

from services.projects.intake.requirement.commands import hand_over
from services.projects.mandate.decision_paper import subjects as papers
from services.projects.mandate.mandate.api import MANDATES
from services.projects.structure.project.api import PROJECTS
from shared.contracts.projects.intake import Request
from shared.contracts.projects.mandate import MandateKind
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
    with work.following():  # in a project that is new, and that who converts may not see yet by a membership
        await hand_over(work, request)
        await papers.hand_over(work, request)
        await _draft_mandate(work, request)


async def _draft_mandate(work: Work, request: Request) -> None:
    """The draft of the initiation mandate, with what the request says; what the initiation may cost nobody has said yet."""
    assert request.became is not None
    assert request.became.mandate_id is not None
    await make(
        work,
        MANDATES,
        request.became.mandate_id,
        project_id=request.became.id,
        kind=MandateKind.INITIATION,
        title=request.title,
        scope_in=request.adapted or request.need,
        constraints=request.constraints,
    )

"""How a project gets the method by which it is led."""

from services.projects.methods.applying.commands import apply
from services.projects.structure.project.commands import ACTS
from services.projects.structure.project.rules import APPLY
from shared.contracts.projects.phases import ApplyMethod
from shared.contracts.projects.structure import Project
from shared.domain.acts import admit
from shared.domain.other_moves import OtherMove
from shared.domain.work import Work

__all__ = ["APPLY", "APPLY_METHOD"]


async def _apply(work: Work, project: Project, body: ApplyMethod) -> Project:
    await admit(work, ACTS, project, APPLY)
    return await apply(work, project, body)


APPLY_METHOD = OtherMove(
    ApplyMethod,
    _apply,
    "write",
    "Makes the phases, gates and outcomes that the method asks for, fitted by approach, scenario or modules, and size, in one"
    " commit. Applied again, what was released, decided, linked or waived stays. The project keeps the edition that was applied,"
    " also where a later one is published.",
)

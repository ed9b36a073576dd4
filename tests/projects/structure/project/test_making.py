"""Projects that a reaction makes: it may leave out what a caller may leave out."""

from services.projects.structure.project.api import PROJECTS
from shared.base.ids import new_id
from shared.contracts.projects.structure import Stage
from shared.domain.register import make
from shared.domain.work import Work
from shared.store.outbox import Origin
from tests.conftest import Portolan


async def test_a_project_made_by_a_reaction_gets_its_code_and_its_first_stage(portolan: Portolan) -> None:
    portolan()
    kernel = portolan.running.services["projects"].kernel
    work = Work(kernel.store, kernel.mirrors, Origin(kernel.source, "service", "a-reaction", "1"))
    project = await make(work, PROJECTS, new_id(), name="Remedies")
    assert (project.code[:4], project.stage) == ("PRJ-", Stage.PROPOSED)
    other = await make(work, PROJECTS, new_id(), name="Others", code="R-1")
    assert other.code == "R-1"

"""What follows here from projects and from the service's own records: registers open and close. Copies are kept of projects,
programmes and persons."""

from uuid import UUID

from services.risk.risks.register import rules
from services.risk.risks.register.api import REGISTERS
from services.risk.tables import KNOWN_PERSON, KNOWN_PROGRAMME, KNOWN_PROJECT, UNOPENED_REGISTER
from shared.contracts.risk.risks import Assessment, Register, RegisterOpened, Risk
from shared.domain.copies import Known
from shared.domain.first_use import ProjectState
from shared.domain.register import make, write
from shared.domain.work import Work
from shared.messaging.first_use import OpenedOnFirstUse
from shared.messaging.reactions import On
from shared.runtime.common import erased_with_author


async def _begin(work: Work, project_id: UUID, state: ProjectState) -> Register:
    id = UNOPENED_REGISTER.id_of(project_id)
    return await make(work, REGISTERS, id, RegisterOpened(), project_id=project_id)


async def _follow(work: Work, register: Register, state: ProjectState, is_before_use: bool) -> None:
    for fact in rules.follow(register, state.stage):
        await write(work, REGISTERS, register, fact)


REGISTER = OpenedOnFirstUse(UNOPENED_REGISTER, KNOWN_PROJECT, _begin, _follow)

REACTIONS: tuple[Known | On, ...] = (
    KNOWN_PROJECT,
    KNOWN_PROGRAMME,
    KNOWN_PERSON,
    erased_with_author("risk"),
    *REGISTER.reactions(Assessment, Risk),
)

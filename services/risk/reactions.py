"""What follows here from projects: registers open and close. Copies are kept of projects, programmes and persons."""

from services.risk.risks.register import rules
from services.risk.risks.register.api import REGISTERS
from services.risk.tables import KNOWN_PERSON, KNOWN_PROGRAMME, KNOWN_PROJECT
from shared.base.ids import derived_id
from shared.contracts.projects.structure import Project
from shared.contracts.risk.risks import Register, RegisterOpened
from shared.domain.register import make, write
from shared.domain.stages import ENDED, RUNNING, was_approved
from shared.domain.work import Work
from shared.messaging.bus import Record
from shared.messaging.reactions import EVERY, on


async def keep_register(work: Work, record: Record) -> None:
    """Open it where the project was approved, close it where the project ended; a second time changes nothing.

    Every fact of a project carries its stage, so an import at a stage needs no case of its own.
    """
    project = record.state(Project)
    id = derived_id("register", str(project.id))
    register = await work.find_by_id(Register, id)
    if register is None and was_approved(project.stage):
        register = await make(work, REGISTERS, id, RegisterOpened(), project_id=project.id)
    if register is None:
        return
    if register.open and project.stage in ENDED:
        await write(work, REGISTERS, register, rules.close(register, project.stage))
    elif not register.open and project.stage in RUNNING:
        await write(work, REGISTERS, register, rules.open_(register))


REACTIONS = (KNOWN_PROJECT, KNOWN_PROGRAMME, KNOWN_PERSON, on(Project, EVERY, keep_register))

"""What follows here from projects and programmes: they are remembered, and registers open and close."""

from services.risk.register import rules
from services.risk.register.api import REGISTERS
from services.risk.tables import KnownProject
from shared.base.ids import derived_id
from shared.contracts.language import entry_of
from shared.contracts.projects import Programme, Project
from shared.contracts.risk import Register, RegisterOpened
from shared.domain.references import is_news
from shared.domain.register import make, write
from shared.domain.stages import ENDED, RUNNING, was_approved
from shared.domain.work import Work
from shared.messaging.bus import Record
from shared.messaging.inbox import Reaction

REMEMBER = (
    "INSERT INTO known_project (id, version, stage, archived) VALUES (?, ?, ?, ?)"
    " ON CONFLICT (id) DO UPDATE"
    " SET version = excluded.version, stage = excluded.stage, archived = excluded.archived"
)
REMEMBER_PROGRAMME = (
    "INSERT INTO known_programme (id, archived) VALUES (?, ?)"
    " ON CONFLICT (id) DO UPDATE SET archived = excluded.archived"
)


async def project_told(work: Work, record: Record) -> None:
    """Every fact of a project carries its stage, so an import at a stage needs no case of its own."""
    project = record.state(Project)
    if not await is_news(work, KnownProject, project.id, project.version):
        return
    archived = 0 if project.archived_at is None else 1
    work.also(REMEMBER, [(str(project.id), project.version, project.stage.value, archived)])
    await _keep_register(work, project)


async def _keep_register(work: Work, project: Project) -> None:
    """Open it where the project was approved, close it where the project ended; twice is once."""
    id = derived_id("register", str(project.id))
    register = await work.known(Register, id)
    if register is None and was_approved(project.stage):
        register = await make(work, REGISTERS, id, RegisterOpened(), project_id=project.id)
    if register is None:
        return
    if register.open and project.stage in ENDED:
        await write(work, REGISTERS, register, rules.close(register, project.stage))
    elif not register.open and project.stage in RUNNING:
        await write(work, REGISTERS, register, rules.open_(register))


async def programme_told(work: Work, record: Record) -> None:
    archived = 0 if record.state(Programme).archived_at is None else 1
    work.also(REMEMBER_PROGRAMME, [(record.event.subject, archived)])


REACTIONS: dict[str, Reaction] = {
    **{entry_of(Project).event_type(name): project_told for name in entry_of(Project).facts},
    **{entry_of(Programme).event_type(name): programme_told for name in entry_of(Programme).facts},
}

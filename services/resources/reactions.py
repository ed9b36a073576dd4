"""What follows here from projects: they are remembered, and their end releases their allocations."""

from services.resources.allocation import rules
from services.resources.tables import KnownProject
from shared.contracts.language import entry_of
from shared.contracts.projects import Project
from shared.contracts.resources import Allocation, AllocationState
from shared.domain.references import is_news
from shared.domain.work import Work
from shared.messaging.bus import Record
from shared.messaging.inbox import Reaction

REMEMBER = (
    "INSERT INTO known_project (id, version, stage, archived, bookings) VALUES (?, ?, ?, ?, 0)"
    " ON CONFLICT (id) DO UPDATE"
    " SET version = excluded.version, stage = excluded.stage, archived = excluded.archived"
)


async def project_told(work: Work, record: Record) -> None:
    """Every fact of a project carries its stage, so an import at a stage needs no case of its own."""
    project = record.state(Project)
    if not await is_news(work, KnownProject, project.id, project.version):
        return
    archived = 0 if project.archived_at is None else 1
    work.also(REMEMBER, [(str(project.id), project.version, project.stage.value, archived)])
    if project.stage in rules.ENDED:
        await _release_all(work, project)


async def _release_all(work: Work, project: Project) -> None:
    """All that are booked; decided again where one was booked meanwhile."""
    seen = await work.store.fetch("SELECT bookings FROM known_project WHERE id = ?", (str(project.id),))
    for allocation in await work.select(
        Allocation, "project_id = ? AND state = 'booked'", (str(project.id),)
    ):
        if allocation.state is AllocationState.BOOKED:
            fact = rules.release(allocation, work.effective_on, f"the project was {project.stage.value}")
            work.save(allocation, fact)
    if seen:
        still = "UPDATE known_project SET bookings = bookings WHERE id = ? AND bookings = ?"
        work.also(still, [(str(project.id), seen[0][0])], expect=1)


REACTIONS: dict[str, Reaction] = {
    entry_of(Project).event_type(name): project_told for name in entry_of(Project).facts
}

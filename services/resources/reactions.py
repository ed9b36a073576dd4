"""What follows here from projects: their end or archiving releases their allocations, and a
restoring takes back what the archiving released."""

from typing import Any
from uuid import UUID

import msgspec

from services.resources.planning.allocation import rules
from services.resources.planning.allocation.api import ALLOCATIONS
from services.resources.tables import KNOWN_PROJECT
from shared.base.errors import Conflict
from shared.contracts.envelope import Change
from shared.contracts.language import entry_of, plain
from shared.contracts.projects.structure import Project
from shared.contracts.resources.planning import Allocation, AllocationState
from shared.domain.reading import Memory
from shared.domain.register import write
from shared.domain.stages import ENDED
from shared.domain.work import Work
from shared.messaging.bus import Record
from shared.messaging.reactions import EVERY, on

BEFORE_RELEASE: Memory[UUID, tuple[bool, Allocation]] = Memory(
    "allocations before their release, and why it came"
)


async def project_told(work: Work, record: Record) -> None:
    """Every fact of a project carries its stage, so an import at a stage needs no case of its own."""
    project = record.state(Project)
    before = KNOWN_PROJECT.before(work, project.id)
    if project.stage in ENDED:
        await _release_all(work, project.id, f"the project was {project.stage.value}", archived=False)
    elif project.archived_at is not None:
        await _release_all(work, project.id, "the project was archived", archived=True)
    elif before is not None and before.archived:
        await _book_again(work, project.id)


async def _release_all(work: Work, project_id: UUID, reason: str, *, archived: bool) -> None:
    """All that are booked; decided again where one was booked meanwhile."""
    seen = await work.store.fetch("SELECT bookings FROM known_project WHERE id = ?", (str(project_id),))
    for allocation in await _of_project(work, project_id, AllocationState.BOOKED):
        work.memory(BEFORE_RELEASE)[allocation.id] = (archived, allocation.model_copy())
        fact = rules.release(allocation, work.effective_on, reason, archived)
        work.save(allocation, fact)
    if seen:
        still = "UPDATE known_project SET bookings = bookings WHERE id = ? AND bookings = ?"
        work.add_statement(still, [(str(project_id), seen[0][0])], expect=1)


async def _book_again(work: Work, project_id: UUID) -> None:
    """What the archiving released, as it was; what does not fit any more stays released."""
    for allocation in await _of_project(work, project_id, AllocationState.RELEASED):
        before = await _released_by_archiving(work, allocation)
        if before is not None:
            allocation.take(state=before.state, ends_on=before.ends_on)
            try:
                await write(work, ALLOCATIONS, allocation, plain(Allocation, "revised"))
            except Conflict:
                continue


async def _of_project(work: Work, project_id: UUID, state: AllocationState) -> list[Allocation]:
    """Those in this state as the unit leaves them."""
    stored = await work.select(Allocation, "project_id = ?", (str(project_id),))

    def concerns(one: Allocation) -> bool:
        return one.project_id == project_id and one.state is state and one.archived_at is None

    return work.with_staged(Allocation, stored, concerns)


LAST_TWO = """
SELECT type, payload FROM outbox
WHERE aggregate_type = 'allocation' AND aggregate_id = ? AND aggregate_version >= ? ORDER BY aggregate_version
"""
RELEASED = entry_of(Allocation).event_type("released")
_CHANGE = msgspec.json.Decoder(Change).decode


async def _released_by_archiving(work: Work, allocation: Allocation) -> Allocation | None:
    """As it stood before, where its last change was the release by the archiving of its project: its fact tells that,
    and no caller can say so."""
    released = work.memory(BEFORE_RELEASE).get(allocation.id)
    if released is not None:
        archived, before = released
        return before if archived else None
    rows = await work.store.fetch(LAST_TWO, (str(allocation.id), allocation.version - 1))
    if len(rows) != 2 or rows[1][0] != RELEASED:
        return None
    if not msgspec.json.decode(_CHANGE(rows[1][1]).fact, type=dict[str, Any]).get("project_archived"):
        return None
    return Allocation.model_validate_json(bytes(_CHANGE(rows[0][1]).state))


REACTIONS = (KNOWN_PROJECT, on(Project, EVERY, project_told))

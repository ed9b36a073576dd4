"""What is done with allocations: booked, committed, released, each against the person's other commitments."""

from typing import Any

from services.resources.planning.allocation import rules
from services.resources.tables import KNOWN_PROJECT
from shared.base.clock import to_day
from shared.contracts.language import Fact, plain
from shared.contracts.resources.people import Person
from shared.contracts.resources.planning import Allocation, AllocationCommitted, AllocationEnding, Commitment
from shared.domain.acts import Acts, of_known_project
from shared.domain.due.days import days_ahead
from shared.domain.due.declaring import Due
from shared.domain.stages import ENDED
from shared.domain.work import Work

BOOK = f"""
UPDATE known_project SET bookings = bookings + 1
WHERE id = ? AND archived = 0 AND stage NOT IN ({", ".join(f"'{stage}'" for stage in ENDED)})
"""


def guard(allocation: Any) -> str:
    """Of two who commit days of a person only the first does."""
    return f"person {allocation.person_id}"


async def supply(work: Work, body: Any) -> dict[str, Any]:
    """Soft, unless it is said to be hard."""
    return {"commitment": body.commitment or Commitment.SOFT}


ACTS = Acts(of_known_project(KNOWN_PROJECT), rules.act)


async def _project_goes_on(work: Work, allocation: Allocation) -> bool:
    project = await KNOWN_PROJECT.get(work, allocation.project_id)
    return project is not None and not project.archived and project.stage not in ENDED


ENDING = Due(
    AllocationEnding,
    on=lambda allocation: allocation.ends_on,
    lead=days_ahead(14),
    stands=rules.is_still_booked,
    still=_project_goes_on,
)


async def check(work: Work, allocation: Allocation) -> None:
    before = work.before(allocation)
    if not rules.comes_back_released(allocation, before):
        rules.period_runs_forward(allocation)
        rules.is_booked(allocation)
        rules.person_is_there(await work.find_by_id(Person, allocation.person_id), allocation, before)
        work.add_statement(BOOK, [(str(allocation.project_id),)], expect=1)
    await fits(work, allocation)


async def fits(work: Work, allocation: Allocation) -> None:
    """Under the person's guard, so that of two who commit the same days only the first does.

    What was booked on a project that is archived by now holds nobody any more.
    """
    if allocation.commitment is Commitment.SOFT:
        return
    await work.guard(guard(allocation))
    standing = await work.select(
        Allocation,
        "person_id = ? AND commitment = 'hard' AND starts_on <= ? AND ends_on >= ?"
        " AND project_id NOT IN (SELECT id FROM known_project WHERE archived = 1)",
        (str(allocation.person_id), to_day(allocation.ends_on), to_day(allocation.starts_on)),
    )
    person_id = allocation.person_id
    others = work.with_staged(
        Allocation, standing, lambda a: a.person_id == person_id and a.id != allocation.id
    )
    rules.fits(allocation, others, work.sees_everything)


def tell(allocation: Allocation, before: Allocation | None, body: Any) -> Fact:
    if before is None:
        return plain(Allocation, "created")
    if before.commitment is not allocation.commitment and allocation.commitment is Commitment.HARD:
        return AllocationCommitted()
    return plain(Allocation, "revised")

"""What is checked of links: both ends are there and seen, and no circle closes, also not over several projects."""

from typing import Any
from uuid import UUID

from services.projects.standing import of_project
from services.projects.structure.activity.commands import guard_of
from services.projects.structure.activity.model import ActivityRow
from services.projects.structure.dependency import network, rules
from shared.base.errors import Fault, Invalid
from shared.contracts.projects.methods import Milestone
from shared.contracts.projects.plan import Activity, Dependency
from shared.domain.acts import Acts
from shared.domain.references import is_named_anew, takes_new
from shared.domain.work import Work

ACTS = Acts(of_project, rules.act)


def guard(link: Any) -> str:
    return guard_of(link.project_id)


async def supply(work: Work, body: Any) -> dict[str, Any]:
    """A link to a milestone is one to its activity; the predecessor's project is kept, where it is another one."""
    from_id = await activity_of(work, body.from_id)
    predecessor = await work.find_by_id(Activity, from_id)
    if predecessor is None or work.hides(predecessor) or predecessor.project_id == body.project_id:
        return {"from_id": from_id, "from_project_id": None}
    return {"from_id": from_id, "from_project_id": predecessor.project_id}


async def activity_of(work: Work, id: UUID) -> UUID:
    """The activity that is meant: of a milestone the one by which it is reached."""
    milestone = await work.find_by_id(Milestone, id)
    if milestone is None or work.hides(milestone):
        return id
    if milestone.activity_id is None:
        raise Invalid(
            "the milestone names no activity that it could be linked by",
            Fault("milestone_without_activity", "names no activity", pointer="/from_id"),
            code="milestone_without_activity",
        )
    return milestone.activity_id


async def check(work: Work, link: Dependency) -> None:
    await takes_new(work, ActivityRow, link, "from_id")
    await takes_new(work, ActivityRow, link, "to_id")
    rules.leads_on(link)
    before = work.before(link)
    if before is not None and not is_named_anew(work, link, "to_id"):
        return
    rules.leads_into_its_project(link, await work.load(Activity, link.to_id))
    crosses = link.from_project_id is not None
    await network.hold(work, {link.project_id, link.from_project_id or link.project_id}, crosses)
    await network.refuse_circle(work, link)

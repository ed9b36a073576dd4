"""A project is scheduled anew where a link from another project is made, changed, archived or restored.

    link written -> asked in the same commit -> begun: the order is made of the plans as they stand then -> kept like any run

Both projects have to be scheduled already: what has no dates holds nothing, and is held by nothing.
"""

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from services.projects.structure.schedule import commands, gathering
from shared.base.errors import Conflict
from shared.contracts.projects.plan import Dependency, Schedule
from shared.contracts.projects.structure import Project
from shared.domain import stages
from shared.domain.operations import OperationKind, enqueue_once
from shared.domain.stages import Act
from shared.domain.work import Work


async def link_changed(work: Work, link: Dependency, before: Dependency | None) -> None:
    """What follows from a link that was written."""
    if link.from_project_id is not None:
        await links_changed(work, link.project_id, {link.from_project_id})


async def links_changed(work: Work, project_id: UUID, others: Iterable[UUID]) -> None:
    """Have a project scheduled anew, once, because of its links from these others; the last run of theirs is the cause."""
    runs = [run for one in sorted(others) if (run := await gathering.latest(work, one)) is not None]
    if not runs or await gathering.latest(work, project_id) is None:
        return
    cause = max(runs, key=_creation)
    order = json.dumps({"project_id": str(project_id), "cause_id": str(cause.id)}).encode()
    enqueue_once(work, AGAIN, f"{commands.SYSTEM}/{project_id}", order)


def _creation(run: Schedule) -> tuple[datetime, UUID]:
    return run.created_at, run.id


async def prepare(work: Work, content: bytes) -> bytes:
    """The order for the run, of the plans as they stand now."""
    order: dict[str, Any] = json.loads(content)
    project = await work.load(Project, order["project_id"])
    own = await gathering.latest(work, project.id)
    if (
        own is None
        or project.archived_at is not None
        or not stages.permits(Act.EDIT, project.stage, False, ("write",))
    ):
        raise Conflict("the plan of the project is closed", code="plan_closed")
    return await gathering.order_of(work, project, own.data_date, own.conventions, UUID(order["cause_id"]))


AGAIN = OperationKind(
    "schedule_again",
    "services.projects.engines.planning.project_run:RUN",
    result="ScheduleRunResult",
    conclude=commands.conclude,
    prepare=prepare,
)

"""The runs of a project's schedule, as a baseline takes over their dates."""

from typing import Any
from uuid import UUID

import msgspec

from services.projects.structure.schedule.content import content_of
from services.projects.structure.schedule.gathering import latest
from shared.base.errors import Fault, Invalid
from shared.contracts.projects.plan import Schedule
from shared.domain.work import Work


async def run_named(work: Work, project_id: UUID, id: UUID | None) -> Schedule | None:
    """The run that is named, of the same project (422); the last one of the project where none is; None where it has none."""
    if id is None:
        return await latest(work, project_id)
    run = await work.find_by_id(Schedule, id)
    if run is None or run.project_id != project_id:
        raise Invalid(
            "the project has no such run of its schedule",
            Fault("not_found", "the project has no such run", pointer="/schedule_id"),
        )
    return run


async def dates_of_run(work: Work, run: Schedule) -> list[dict[str, Any]]:
    """The dates of its activities, as they are kept with it."""
    return [msgspec.json.decode(row) for row in (await content_of(work.store, run)).dates]

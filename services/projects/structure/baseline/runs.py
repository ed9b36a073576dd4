"""The runs of a project's schedule, as a baseline takes over their dates."""

import asyncio
from collections.abc import Iterable
from typing import Any
from uuid import UUID

import msgspec

from services.projects.structure.schedule.content import content_of
from services.projects.structure.schedule.gathering import latest
from shared.contracts.projects.plan import Schedule
from shared.domain.work import Work

CRITICAL = "critical"


class _Dates(msgspec.Struct):
    """What of the dates of an activity a baseline needs."""

    activity_id: str
    start_on: str
    finish_on: str
    duration_minutes: int
    criticality: str
    total_float_minutes: int | None = None


_READ = msgspec.json.Decoder(_Dates).decode


async def run_named(work: Work, project_id: UUID, id: UUID | None) -> Schedule | None:
    """This run of the project, or its newest; None where there is none."""
    if id is None:
        return await latest(work, project_id)
    run = await work.find(Schedule, "id = ?", (str(id),))
    return None if run is None or run.project_id != project_id or work.hides(run) else run


async def dates_of_run(work: Work, run: Schedule) -> list[dict[str, Any]]:
    """The first and the last day of each activity, its working time and its float, in the order of the plan."""
    content = await content_of(work.store, run)
    return await asyncio.to_thread(_read, content.dates)


def _read(rows: Iterable[bytes]) -> list[dict[str, Any]]:
    return [
        {
            "activity_id": row.activity_id,
            "start_on": row.start_on,
            "finish_on": row.finish_on,
            "duration_minutes": row.duration_minutes,
            "total_float_minutes": row.total_float_minutes,
            "critical": row.criticality == CRITICAL,
        }
        for row in map(_READ, rows)
    ]


def as_frozen(run: Schedule | None) -> dict[str, Any] | None:
    """Which run it was, with the hash of its content."""
    if run is None:
        return None
    return {
        "id": str(run.id),
        "content_hash": run.content_hash,
        "data_date": str(run.data_date),
        "start_on": str(run.start_on),
        "finish_on": str(run.finish_on),
    }

"""What a run schedules: the plan, its calendars, and what its links wait for in other projects, as the worker takes them."""

import asyncio
import gzip
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time
from types import MappingProxyType
from typing import Any
from uuid import UUID

import msgspec

from services.projects.structure.plan.standing import AT_ONCE, Plan, plan_of
from services.projects.structure.schedule import calendars
from services.projects.structure.schedule.content import content_of
from shared.base.errors import Fault, Invalid
from shared.base.ids import new_id_text
from shared.contracts.projects.plan import Activity, Dependency, Schedule, ScheduleConventions
from shared.contracts.projects.structure import Project
from shared.domain.work import Work

COMPRESSION = 1


async def latest(work: Work, project_id: UUID) -> Schedule | None:
    """The last run of a project's schedule."""
    return await work.find(
        Schedule, "project_id = ? ORDER BY created_at DESC, id DESC", (str(project_id),), archived=False
    )


async def order_of(
    work: Work,
    project: Project,
    data_date: date,
    conventions: ScheduleConventions,
    cause_id: UUID | None = None,
    fresh: Mapping[UUID, Mapping[str, Any]] = MappingProxyType({}),
) -> bytes:
    """The order for a run, compressed; 422 where there is nothing to schedule.

    `fresh` are dates of other projects, by project and activity, that this unit is about to keep."""
    plan = await plan_of(work, project.id)
    if not plan.activities:
        raise Invalid(
            "the project has no activities that could be scheduled",
            Fault("no_activities", "put a plan first", pointer=""),
            code="no_activities",
        )
    previous = await latest(work, project.id)
    order: dict[str, Any] = {
        "schedule_id": new_id_text(),
        "inputs": await _inputs(work, project, plan, data_date, conventions, fresh),
    }
    if cause_id is not None:
        order["cause_id"] = str(cause_id)
    if previous is not None:
        content = await content_of(work.store, previous)
        order |= {
            "previous_id": str(previous.id),
            "previous": msgspec.Raw(content.inputs),
            "previous_hash": previous.inputs_hash,
        }
    return await asyncio.to_thread(_packed, order)


def _packed(order: dict[str, Any]) -> bytes:
    return gzip.compress(msgspec.json.encode(order), COMPRESSION, mtime=0)


async def _inputs(
    work: Work,
    project: Project,
    plan: Plan,
    data_date: date,
    conventions: ScheduleConventions,
    fresh: Mapping[UUID, Mapping[str, Any]],
) -> dict[str, Any]:
    own = await calendars.of_project(work, project.id)
    calendar_ids = {one.calendar_id for one in plan.activities.values() if one.calendar_id is not None}
    body: dict[str, Any] = {
        "starts_on": project.planned_start_on or data_date,
        "time_zone": str(work.settings.zone),
        "data_at": datetime.combine(data_date, time.min, tzinfo=work.settings.zone),
        "conventions": conventions.value,
        "calendars": await calendars.as_engine_takes(
            work, calendar_ids if own is None else {*calendar_ids, own}
        ),
        "activities": await _in_pieces(map(_activity, plan.activities.values())),
        "dependencies": await _in_pieces(
            _link(one, "key") for one in plan.links.values() if one.from_project_id is None
        ),
    }
    if own is not None:
        body["calendar_key"] = own
    crossing = [one for one in plan.links.values() if one.from_project_id is not None]
    dates = await _dates_elsewhere(work, crossing, fresh)
    return {
        "project_id": project.id,
        "plan": body,
        "externals": list(dates.values()),
        "crossings": [
            {"from_project_id": one.from_project_id} | _link(one, "id")
            for one in crossing
            if one.from_id in dates
        ],
    }


async def _in_pieces(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """All of them, and between two pieces others have their turn."""
    texts: list[dict[str, Any]] = []
    for row in rows:
        texts.append(row)
        if len(texts) % AT_ONCE == 0:
            await asyncio.sleep(0)
    return texts


def _activity(one: Activity) -> dict[str, Any]:
    kind = "milestone" if one.milestone else "level_of_effort" if one.level_of_effort else "task"
    constraints: list[dict[str, Any]] = []
    if one.constraint_kind is not None:
        constraints.append({"kind": one.constraint_kind.value, "at": one.constraint_at})
    return {
        "key": one.id,
        "name": one.name[:300],
        "kind": kind,
        "duration_minutes": one.duration_minutes,
        "calendar_key": one.calendar_id,
        "constraints": constraints,
        "deadline_on": one.deadline_on,
        "actual_start_at": one.actual_start_at,
        "actual_finish_at": one.actual_finish_at,
        "percent_complete": one.percent_complete,
        "remaining_minutes": one.remaining_minutes,
    }


def _link(one: Dependency, end: str) -> dict[str, Any]:
    link: dict[str, Any] = {f"from_{end}": one.from_id, f"to_{end}": one.to_id, "kind": one.kind.value}
    if one.lag is not None:
        link["lag"] = one.lag.model_dump()
    return link


async def _dates_elsewhere(
    work: Work, links: Sequence[Dependency], fresh: Mapping[UUID, Mapping[str, Any]]
) -> dict[UUID, dict[str, Any]]:
    """The dates that the last runs of other projects found for what these links wait for; what has none holds nothing."""
    dates: dict[UUID, dict[str, Any]] = {}
    for project_id in sorted({one.from_project_id for one in links if one.from_project_id is not None}):
        activities = {str(one.from_id) for one in links if one.from_project_id == project_id}
        for row in await _dates_in(work, project_id, activities, fresh):
            dates[UUID(row["activity_id"])] = {
                "project_id": project_id,
                "activity_id": row["activity_id"],
                "starts_at": row["early_start_at"],
                "finishes_at": row["early_finish_at"],
            }
    return dates


async def _dates_in(
    work: Work, project_id: UUID, activities: set[str], fresh: Mapping[UUID, Mapping[str, Any]]
) -> list[Any]:
    if project_id in fresh:
        return [fresh[project_id][id] for id in sorted(activities) if id in fresh[project_id]]
    schedule = await latest(work, project_id)
    return [] if schedule is None else (await content_of(work.store, schedule)).dates_of(activities)

"""How a run of a schedule begins and ends, and what follows from it in the same commit.

    asked for -> computed by a worker -> kept: the schedule with its content, the days that milestones and the project expect,
    and the runs of the projects whose activities wait for this one's; one commit

A run that another one caused belongs to nobody: it makes its own runs follow in turn. Activities never wait for one another in
a circle, so that this ends.
"""

import asyncio
import gzip
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec

from services.projects.methods.milestone.api import MILESTONES
from services.projects.structure.project.api import PROJECTS
from services.projects.structure.schedule import gathering
from services.projects.structure.schedule.content import content_of, frozen_of
from shared.base.errors import Conflict, Refusal
from shared.contracts.language import plain
from shared.contracts.projects.methods import Milestone, MilestoneState
from shared.contracts.projects.plan import Dependency, Schedule, ScheduleConventions
from shared.contracts.projects.structure import ForecastFrom, Project
from shared.domain import register, stages
from shared.domain.acts import verbs
from shared.domain.operations import OperationKind, enqueue
from shared.domain.stages import Act
from shared.domain.work import Work
from shared.store.content import Frozen, freeze, kept_frozen

SYSTEM = "|portolan"
"""Who asks for the runs that others cause: nobody who could read their results."""


async def conclude(work: Work, id: str, result: bytes) -> None:
    """Keep what a run came to, in the commit that ends its operation; of unchanged inputs nothing new is kept."""
    content, frozen = await asyncio.to_thread(_read, result)
    project = await work.load(Project, content["project_id"])
    if content["unchanged"]:
        return
    await work.guard(f"schedule {project.id}")
    previous = await gathering.latest(work, project.id)
    if (None if previous is None else str(previous.id)) != content["previous_id"]:
        await _again(work, id, project, content)
        return
    schedule = work.new(
        Schedule,
        UUID(content["schedule_id"]),
        project_id=project.id,
        data_date=date.fromisoformat(_data_date(work, content)),
        conventions=ScheduleConventions(content["inputs"]["plan"]["conventions"]),
        start_on=date.fromisoformat(content["start_on"]),
        finish_on=date.fromisoformat(content["finish_on"]),
        activity_count=len(content["dates"]),
        critical_count=len(content["critical_path"]),
        moved_count=len(content["movements"]),
        previous_id=None if previous is None else previous.id,
        cause_id=None if content["cause_id"] is None else UUID(content["cause_id"]),
        inputs_hash=content["inputs_hash"],
        content_hash=frozen.sha256,
    )
    work.part.statements += kept_frozen(frozen, "schedule", str(schedule.id))
    work.save(schedule, plain(Schedule, "created"))
    dates = {row["activity_id"]: row for row in content["dates"]}
    await _expect(work, project, schedule, dates)
    await _cause_others(work, schedule, previous, dates)


def _read(result: bytes) -> tuple[dict[str, Any], Frozen]:
    content = msgspec.json.decode(gzip.decompress(result))
    content["inputs"] = msgspec.json.decode(content["inputs"])
    return content, freeze(frozen_of(content))


def _data_date(work: Work, content: Mapping[str, Any]) -> str:
    at = datetime.fromisoformat(content["inputs"]["plan"]["data_at"])
    return str(at.astimezone(work.settings.zone).date())


async def _again(work: Work, id: str, project: Project, content: Mapping[str, Any]) -> None:
    """Another run was first. One that was asked for is refused; one that another caused begins anew, so that none is lost."""
    if content["cause_id"] is None:
        raise Conflict("another run of the project was first: run it again", code="schedule_superseded")
    await _begin(work, project, UUID(content["cause_id"]), _data_date(work, content))


async def _expect(work: Work, project: Project, schedule: Schedule, dates: Mapping[str, Any]) -> None:
    """Milestones take over the days of their activities, and the project its finish, where it says that it does."""
    for milestone in await work.select(
        Milestone, "project_id = ? AND activity_id IS NOT NULL", (str(project.id),)
    ):
        row = dates.get(str(milestone.activity_id))
        if row is not None and milestone.state is MilestoneState.PLANNED:
            milestone.forecast_on = date.fromisoformat(row["finish_on"])
            if work.is_changed(milestone):
                await register.save(work, MILESTONES, milestone, plain(Milestone, "revised"))
    if project.forecast_from is ForecastFrom.SCHEDULE and project.forecast_finish_on != schedule.finish_on:
        project.forecast_finish_on = schedule.finish_on
        if project.forecast_start_on is None or project.forecast_start_on > schedule.finish_on:
            project.forecast_start_on = schedule.start_on
        await register.save(work, PROJECTS, project, plain(Project, "revised"))


async def _cause_others(
    work: Work, schedule: Schedule, previous: Schedule | None, dates: Mapping[str, Any]
) -> None:
    """Each project of which an activity waits for one that moved is scheduled anew, once for this run."""
    links = await work.select(Dependency, "from_project_id = ?", (str(schedule.project_id),))
    waited_for = {str(link.from_id) for link in links}
    if not waited_for:
        return
    before: dict[str, Any] = {}
    if previous is not None:
        before = {
            row["activity_id"]: row for row in (await content_of(work.store, previous)).dates_of(waited_for)
        }
    moved = {id for id in waited_for if _ends(dates.get(id)) != _ends(before.get(id))}
    for project_id in sorted({link.project_id for link in links if str(link.from_id) in moved}):
        project = await work.load(Project, project_id)
        if project.archived_at is None and stages.permits(Act.EDIT, project.stage, False, ("write",)):
            await _begin(work, project, schedule.id, str(schedule.data_date), dates, schedule)


def _ends(row: Mapping[str, Any] | None) -> tuple[Any, Any] | None:
    return None if row is None else (row["early_start_at"], row["early_finish_at"])


async def _begin(
    work: Work,
    project: Project,
    cause_id: UUID,
    data_date: str,
    dates: Mapping[str, Any] | None = None,
    schedule: Schedule | None = None,
) -> None:
    """Begin a run that another one caused: as of its own last data date, and by its own conventions, where it has some."""
    own = await gathering.latest(work, project.id)
    try:
        order = await gathering.order_of(
            work,
            project,
            date.fromisoformat(data_date) if own is None else own.data_date,
            ScheduleConventions.PORTOLAN if own is None else own.conventions,
            cause_id,
            {} if schedule is None or dates is None else {schedule.project_id: dates},
        )
    except Refusal:
        return  # nothing of it can be scheduled
    enqueue(work, RUN, SYSTEM, order)


async def admit(work: Work, project: Project) -> None:
    """Refuse who may not write there, and a project whose plan is closed."""
    work.require_at("projects.write", project)
    stages.admit(Act.EDIT, project.stage, project.archived_at is not None, verbs(work, project), "")


RUN = OperationKind(
    "schedule",
    "services.projects.engines.planning.project_run:RUN",
    result="ScheduleRunResult",
    conclude=conclude,
)

"""What is checked of activities against their project, and how progress is reported."""

from typing import Any
from uuid import UUID

from services.projects.standing import of_project
from services.projects.structure.activity import rules
from shared.base.clock import now
from shared.base.errors import Fault, Invalid
from shared.contracts.projects.plan import Activity, ActivityProgress
from shared.contracts.projects.structure import Calendar, WorkPackage
from shared.domain.acts import Acts, admit
from shared.domain.other_moves import OtherMove
from shared.domain.work import Work

ACTS = Acts(of_project, rules.act)


def guard_of(project_id: UUID | str) -> str:
    """Of two who change the plan of a project at once only the first does."""
    return f"plan {project_id}"


def guard(one: Any) -> str:
    return guard_of(one.project_id)


async def check(work: Work, activity: Activity) -> None:
    rules.makes_sense(activity)
    before = work.before(activity)
    refuse_future(activity, before)
    if before is None or before.archived_at != activity.archived_at:
        await work.guard(guard(activity))
    if activity.work_package_id is not None and (
        package := await work.find_by_id(WorkPackage, activity.work_package_id)
    ):
        rules.helps_deliver(activity, package)
    if activity.calendar_id is not None and (
        calendar := await work.find_by_id(Calendar, activity.calendar_id)
    ):
        rules.is_worked_by(activity, calendar)


def refuse_future(activity: Activity, before: Activity | None) -> None:
    """What has happened lies in the past."""
    for member in ("actual_start_at", "actual_finish_at"):
        at = getattr(activity, member)
        if at is not None and at > now() and (before is None or getattr(before, member) != at):
            raise Invalid(
                "what has happened lies in the past",
                Fault("future", "not in the future", pointer=f"/{member}"),
                code="in_the_future",
            )


async def report_progress(work: Work, activity: Activity, body: ActivityProgress) -> Activity:
    await admit(work, ACTS, activity, rules.PROGRESS)
    fact = rules.progress(activity, body)
    await check(work, activity)
    return work.save(activity, fact)


REPORT_PROGRESS = OtherMove(
    ActivityProgress,
    report_progress,
    "contribute",
    "What is left out stays as it is. A later report may take back what was reported too early: less than 100 per cent takes"
    " the finish away, and 0 the start.",
)

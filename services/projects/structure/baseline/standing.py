"""Whether a project has an approved baseline, and what it holds fast until the next one."""

from collections.abc import Sequence
from uuid import UUID

from services.projects.structure.baseline.changes import approved_changes
from shared.base.errors import Conflict, Fault
from shared.base.texts import Text
from shared.contracts.projects.baseline import Baseline
from shared.domain.reading import Memory
from shared.domain.work import Work

COUNTED: Memory[UUID, Sequence[Baseline]] = Memory("baselines of projects that were approved once")


async def counted_baselines(work: Work, project_id: UUID) -> Sequence[Baseline]:
    """Those of a project that were approved once; read once for a unit."""
    counted = work.memory(COUNTED)
    if project_id not in counted:
        counted[project_id] = await work.select(
            Baseline, "project_id = ? AND state IN ('approved', 'superseded')", (str(project_id),)
        )
    return counted[project_id]


async def moves_freely(work: Work, project_id: UUID) -> bool:
    """Whether what a baseline holds fast may move: there is none, or an approved change waits for the next one."""
    counted = await counted_baselines(work, project_id)
    if not counted:
        return True
    used = {id for one in counted for id in one.change_ids}
    return bool(await approved_changes(work, project_id) - used)


async def hold_budget(work: Work, project_id: UUID) -> None:
    """Refuse (409 `budget_baselined`) that a budget moves without an approved change."""
    if not await moves_freely(work, project_id):
        raise Conflict(
            "the project has a baseline: budgets of work packages move only by an approved change",
            Fault("budget_baselined", Text("fixed by the baseline"), pointer="/budget"),
            code="budget_baselined",
        )


async def hold_planned_day(work: Work, project_id: UUID) -> None:
    """Refuse (409 `day_baselined`) that the planned day of a milestone moves but with the next baseline."""
    if await counted_baselines(work, project_id):
        raise Conflict(
            "the project has a baseline: planned days of milestones move with the next one; say the day that is expected"
            " as forecast",
            Fault("day_baselined", Text("fixed by the baseline"), pointer="/planned_on"),
            code="day_baselined",
        )

"""How a baseline is proposed with its content, approved, and superseded by the next one of its project."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from services.projects.methods.milestone.api import MILESTONES
from services.projects.standing import of_project
from services.projects.structure.baseline import content, rules
from services.projects.structure.baseline.changes import approved_changes
from services.projects.structure.baseline.runs import as_frozen, dates_of_run, run_named
from services.projects.structure.baseline.standing import counted_baselines
from services.projects.structure.work_package.commands import guard, nodes_of
from shared.base.errors import Fault, Invalid
from shared.contracts.language import plain
from shared.contracts.projects.baseline import Baseline, BaselineState, BaselineSuperseded
from shared.contracts.projects.methods import Milestone, MilestoneState
from shared.domain.acts import Acts
from shared.domain.freezing import freeze_content, frozen_content
from shared.domain.register import is_revised, save
from shared.domain.work import Work

ACTS = Acts(of_project, rules.act)
S = BaselineState
MOST_IN_STATE = 300
"""So many costs at most stand in the state; all of them in the content."""


async def supply(work: Work, body: Any) -> dict[str, Any]:
    """The newest run of the project, where none is given."""
    run = await run_named(work, body.project_id, body.schedule_id)
    if run is None and body.schedule_id is not None:
        raise Invalid(
            "the project has no such run of its schedule",
            Fault("not_found", "no run of this project", pointer="/schedule_id"),
        )
    return {"schedule_id": None if run is None else run.id, "change_ids": body.change_ids or []}


async def check(work: Work, baseline: Baseline) -> None:
    before = work.before(baseline)
    if before is None:
        await _propose(work, baseline)
    elif is_revised(baseline, before):
        rules.may_be_revised(before)
    elif before.state is S.PROPOSED and baseline.state is S.APPROVED:
        await _approve(work, baseline)


async def refuse_archiving_what_counts(work: Work, baseline: Baseline) -> Sequence[Baseline]:
    """What the project is measured by stays in sight; nothing goes with one."""
    rules.may_be_archived(baseline)
    return ()


async def _propose(work: Work, baseline: Baseline) -> None:
    counted = await counted_baselines(work, baseline.project_id)
    rules.names_changes(baseline, counted, await approved_changes(work, baseline.project_id))
    run = await run_named(work, baseline.project_id, baseline.schedule_id)
    dates = [] if run is None else await dates_of_run(work, run)
    costs = content.costs_of((await nodes_of(work, baseline.project_id)).by_id.values())
    milestones = await work.select(Milestone, "project_id = ?", (str(baseline.project_id),))
    baseline.budget = rules.sum_of(costs)
    baseline.costs = costs[:MOST_IN_STATE]
    baseline.packages = len(costs)
    baseline.activities = len(dates)
    baseline.finish_on = None if run is None else run.finish_on
    finishes = {one["activity_id"]: one["finish_on"] for one in dates}
    days = content.milestones_of(milestones, finishes, is_first=not counted)
    freeze_content(work, baseline, content.content_of(baseline, as_frozen(run), dates, days, costs))


async def _approve(work: Work, baseline: Baseline) -> None:
    """Nobody changes a work package meanwhile: what is frozen is what finance measures by from then on."""
    await work.guard(guard(baseline))
    counted = await counted_baselines(work, baseline.project_id)
    rules.names_changes(baseline, counted, await approved_changes(work, baseline.project_id))
    frozen = await frozen_content(work.store, str(baseline.content_hash))
    costs = content.costs_of((await nodes_of(work, baseline.project_id)).by_id.values())
    rules.costs_stay(frozen["costs"], [one.model_dump(mode="json") for one in costs])


async def after(work: Work, baseline: Baseline, before: Baseline | None) -> None:
    """The baseline before is superseded, and the milestones take over the days, in the same commit."""
    if before is None or baseline.state is not S.APPROVED or before.state is S.APPROVED:
        return
    for old in await counted_baselines(work, baseline.project_id):
        if old.id != baseline.id and old.state is S.APPROVED:
            old.state = S.SUPERSEDED
            work.save(old, BaselineSuperseded(by_id=baseline.id))
    frozen = await frozen_content(work.store, str(baseline.content_hash))
    for day in frozen["milestones"]:
        milestone = await work.load(Milestone, day["milestone_id"])
        if milestone.archived_at is None and milestone.state is MilestoneState.PLANNED:
            milestone.baseline_on = milestone.planned_on = date.fromisoformat(day["on"])
            if work.is_changed(milestone):
                await save(work, MILESTONES, milestone, plain(Milestone, "revised"))

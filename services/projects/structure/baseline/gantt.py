"""The route of a project's bars: its newest run beside what was agreed, with the links that hold them."""

import asyncio
from typing import Any

import msgspec
from pydantic import Field

from services.projects.structure.baseline.runs import dates_of_run, run_named
from services.projects.structure.baseline.standing import counted_baselines
from services.projects.structure.plan.standing import by_ids, plan_of
from services.projects.structure.schedule.content import content_of
from services.projects.structure.schedule.gathering import latest
from shared.contracts.language import AnswerShape, Day
from shared.contracts.language import Id as Uuid
from shared.contracts.projects.baseline import Baseline, BaselineState
from shared.contracts.projects.plan import Activity, Dependency, DependencyKind
from shared.contracts.projects.structure import Project
from shared.domain.freezing import frozen_content
from shared.domain.work import Work
from shared.http.call import Answer, Call
from shared.http.path import Id
from shared.http.query import Query
from shared.http.routes import Routes

MOST = 2_000
"""So many bars at most are answered at once."""


class GanttQuery(Query):
    """Which of the bars."""

    first: int = Field(default=1, ge=1, le=100_000, description="The number of the first bar, from 1.")
    most: int = Field(default=MOST, ge=1, le=MOST, description=f"So many bars, at most {MOST}.")


class GanttBar(AnswerShape):
    """An activity as it is scheduled and as it was agreed."""

    id: Uuid
    """The activity."""
    name: str
    """Its name."""
    project_id: Uuid | None
    """Its project, where that is another one, for which something here waits; null within the plan."""
    start_on: Day
    """The first day that it occupies."""
    finish_on: Day
    """The last day that it occupies."""
    baseline_start_on: Day | None
    """The first day that was agreed."""
    baseline_finish_on: Day | None
    """The last day that was agreed."""
    milestone: bool
    """Whether it is an instant and no work."""
    critical: bool
    """Whether the finish of the project moves with it."""
    total_float_minutes: int | None
    """How far it can slip, in working time; null where that means nothing."""
    percent_complete: int
    """How much of it is done."""


class GanttLink(AnswerShape):
    """A link between two of the bars."""

    from_id: Uuid
    """The predecessor."""
    to_id: Uuid
    """The successor."""
    kind: DependencyKind
    """Which end holds which."""
    crosses: bool
    """Whether it comes from another project."""


class Gantt(AnswerShape):
    """The bars of a plan."""

    project_id: Uuid
    """The project."""
    schedule_id: Uuid | None
    """The run whose dates these are; null where there is none yet: then there are no bars."""
    data_date: Day | None
    """The day at whose beginning progress was measured."""
    finish_on: Day | None
    """The last day of the plan."""
    baseline_id: Uuid | None
    """The approved baseline; null before there is one."""
    baseline_finish_on: Day | None
    """The last day that was agreed."""
    count: int
    """How many bars there are in all."""
    items: list[GanttBar]
    """By their start; those of other projects last."""
    links: list[GanttLink]
    """The links between them."""


async def gantt(call: Call, id: Id, query: GanttQuery) -> Answer[Gantt]:
    """Get the bars of a project's plan. The dates of its newest run beside those of its approved baseline; up to 2,000 at once."""
    work = call.work
    project = await work.load(Project, id)
    run = await run_named(work, project.id, None)
    baseline = next(
        (b for b in await counted_baselines(work, project.id) if b.state is BaselineState.APPROVED), None
    )
    dates = [] if run is None else await dates_of_run(work, run)
    agreed = await _agreed(work, baseline)
    plan = await plan_of(work, project.id)
    rows = await asyncio.to_thread(_bars, dates, agreed, plan.activities)
    bars = rows[query.first - 1 : query.first - 1 + query.most]
    ids = {row["id"] for row in bars}
    links = [one for one in plan.links.values() if str(one.to_id) in ids]
    bars += await _elsewhere(work, [one for one in links if one.from_project_id is not None])
    ids |= {row["id"] for row in bars}
    answer = {
        "project_id": project.id,
        "schedule_id": None if run is None else run.id,
        "data_date": None if run is None else run.data_date,
        "finish_on": None if run is None else run.finish_on,
        "baseline_id": None if baseline is None else baseline.id,
        "baseline_finish_on": None if baseline is None else baseline.finish_on,
        "count": len(rows),
        "items": bars,
        "links": [_link(one) for one in links if str(one.from_id) in ids],
    }
    return Answer(200, await asyncio.to_thread(msgspec.json.encode, answer))


async def _agreed(work: Work, baseline: Baseline | None) -> dict[str, dict[str, Any]]:
    if baseline is None:
        return {}
    frozen = await frozen_content(work.store, str(baseline.content_hash))
    return {row["activity_id"]: row for row in frozen["dates"]}


def _bars(
    dates: list[dict[str, Any]], agreed: dict[str, dict[str, Any]], activities: Any
) -> list[dict[str, Any]]:
    """What is in the plan and was scheduled, by start, then finish and name."""
    by_id = {str(id): one for id, one in activities.items()}
    rows = [
        _bar(by_id[row["activity_id"]], row, agreed.get(row["activity_id"]))
        for row in dates
        if row["activity_id"] in by_id
    ]
    return sorted(rows, key=lambda row: (row["start_on"], row["finish_on"], row["name"], row["id"]))


def _bar(one: Activity, row: dict[str, Any], agreed: dict[str, Any] | None) -> dict[str, Any]:
    return {
        "id": str(one.id),
        "name": one.name,
        "project_id": None,
        "start_on": row["start_on"],
        "finish_on": row["finish_on"],
        "baseline_start_on": None if agreed is None else agreed["start_on"],
        "baseline_finish_on": None if agreed is None else agreed["finish_on"],
        "milestone": one.milestone,
        "critical": row["critical"],
        "total_float_minutes": row["total_float_minutes"],
        "percent_complete": one.percent_complete,
    }


async def _elsewhere(work: Work, links: list[Dependency]) -> list[dict[str, Any]]:
    """What these links wait for in other projects, as far as who asks sees it, by the newest runs there."""
    rows: list[dict[str, Any]] = []
    activities = await by_ids(work, Activity, (one.from_id for one in links))
    for project_id in sorted({one.from_project_id for one in links if one.from_project_id is not None}):
        if work.hides_node(project_id) or (run := await latest(work, project_id)) is None:
            continue
        activity_ids = {str(one.from_id) for one in links if one.from_project_id == project_id}
        for row in (await content_of(work.store, run)).dates_of(activity_ids):
            one = next((a for a in activities.values() if str(a.id) == row["activity_id"]), None)
            if one is not None:
                dates = row | {"critical": row["criticality"] == "critical"}
                dates.setdefault("total_float_minutes", None)
                rows.append(_bar(one, dates, None) | {"project_id": str(project_id)})
    return rows


def _link(one: Dependency) -> dict[str, Any]:
    return {
        "from_id": str(one.from_id),
        "to_id": str(one.to_id),
        "kind": one.kind.value,
        "crosses": one.from_project_id is not None,
    }


def declare(routes: Routes) -> None:
    """The route, among those of baselines."""
    routes.get("/v1/projects/{id}/gantt", refusals=(404,))(gantt)

"""The route of variances: a baseline against a run of the schedule, or against another baseline."""

import asyncio
from collections.abc import Sequence
from typing import Any, Literal
from uuid import UUID

import msgspec
from pydantic import Field

from services.projects.structure.baseline import comparing, rules
from services.projects.structure.baseline.content import costs_of
from services.projects.structure.baseline.runs import dates_of_run, run_named
from services.projects.structure.work_package.commands import nodes_of
from shared.base.errors import Fault, NotFound
from shared.base.money import Money
from shared.contracts.language import AnswerShape, Day
from shared.contracts.language import Id as Uuid
from shared.contracts.projects.baseline import Baseline
from shared.contracts.projects.methods import Milestone, MilestoneState
from shared.contracts.projects.plan import Schedule
from shared.domain.freezing import frozen_content
from shared.domain.work import Work
from shared.http import cursor
from shared.http.call import Answer, Call
from shared.http.paging import PREFER, TOTAL_COUNT, PageShape, wants_total
from shared.http.path import Id
from shared.http.query import Cursor, Limit, Query
from shared.http.routes import Routes

USUAL = 50


class VarianceQuery(Query):
    """Against what, and which page."""

    against: Uuid | None = Field(
        default=None,
        description="A schedule or another baseline of the project, by its id; default: the newest run of the schedule.",
    )
    limit: Limit = None
    cursor: Cursor = None


class VarianceActivity(AnswerShape):
    """An activity as it was agreed and as it stands. Positive days are later, positive minutes are longer."""

    activity_id: Uuid
    """The activity."""
    agreed_start_on: Day | None
    """The first day that was agreed."""
    start_on: Day | None
    """The first day now, or by the other baseline."""
    agreed_finish_on: Day | None
    """The last day that was agreed."""
    finish_on: Day | None
    """The last day now, or by the other baseline."""
    start_days: int | None
    """By how many calendar days it starts later."""
    finish_days: int | None
    """By how many calendar days it finishes later."""
    duration_minutes: int | None
    """By how much working time it takes longer."""
    missing: Literal["not_agreed", "not_planned"] | None
    """Why nothing can be compared: it came after the baseline, or it is planned no more."""


class VarianceMilestone(AnswerShape):
    """A milestone as it was agreed and as it is expected, or as it came."""

    milestone_id: Uuid
    """The milestone."""
    agreed_on: Day
    """The day that was agreed."""
    expected_on: Day | None
    """The day on which it was achieved, or is expected; null where it was dropped or is planned no more."""
    days: int | None
    """By how many calendar days it comes later."""


class VarianceOfProject(AnswerShape):
    """The project as a whole."""

    agreed_finish_on: Day | None
    """The last day that was agreed; null without dates."""
    finish_on: Day | None
    """The last day now, or by the other baseline."""
    finish_days: int | None
    """By how many calendar days it finishes later."""
    agreed_budget: Money | None
    """The budget that was agreed; null where there is none, or in several currencies."""
    budget: Money | None
    """The budgets of the work packages now, or by the other baseline."""
    budget_difference: Money | None
    """By how much the budget is higher; null where one of them is not known."""


class VariancePage(PageShape):
    """What has become of a baseline."""

    baseline_id: Uuid
    """What was agreed."""
    schedule_id: Uuid | None
    """The run against which it is held; null where that is another baseline, or there is none."""
    against_id: Uuid | None
    """The other baseline; null where it is held against a run."""
    project: VarianceOfProject
    """Finish and budget of the whole."""
    milestones: list[VarianceMilestone]
    """Its milestones that were agreed."""
    items: list[VarianceActivity]
    """Its activities, in the order of the run or of the other baseline, then those that are planned no more."""


async def variance(call: Call, id: Id, query: VarianceQuery) -> Answer[VariancePage]:
    """Compare a baseline with a run of the schedule or another baseline."""
    work = call.work
    baseline = await work.load(Baseline, id)
    agreed = await frozen_content(work.store, str(baseline.content_hash))
    run, other = await _against(work, baseline, query.against)
    if other is not None:
        now = await frozen_content(work.store, str(other.content_hash))
        dates, budget = now["dates"], other.budget
    else:
        dates = [] if run is None else await dates_of_run(work, run)
        budget = rules.sum_of(costs_of((await nodes_of(work, baseline.project_id)).by_id.values()))
    rows = await asyncio.to_thread(comparing.compared, agreed["dates"], dates)
    page, following = _page(call, str(baseline.id), rows, query)
    finishes = (comparing.last_day(agreed["dates"]), comparing.last_day(dates))
    answer: dict[str, Any] = {
        "baseline_id": str(baseline.id),
        "schedule_id": None if run is None else str(run.id),
        "against_id": None if other is None else str(other.id),
        "project": {
            "agreed_finish_on": finishes[0],
            "finish_on": finishes[1],
            "finish_days": comparing.days_later(*finishes),
            "agreed_budget": _money(baseline.budget),
            "budget": _money(budget),
            "budget_difference": _difference(baseline.budget, budget),
        },
        "milestones": await _milestones(work, agreed["milestones"], other),
        "items": page,
    } | ({} if following is None else {"next": following})
    headers = {}
    if wants_total(call):
        answer["total"] = len(rows)
        headers["Preference-Applied"] = f"return={TOTAL_COUNT}"
    return Answer(200, msgspec.json.encode(answer), headers)


async def _against(
    work: Work, baseline: Baseline, id: UUID | None
) -> tuple[Schedule | None, Baseline | None]:
    """The run or the baseline that is meant, of the same project."""
    other = None if id is None else await work.find(Baseline, "id = ?", (str(id),))
    if other is not None and other.project_id == baseline.project_id:
        return None, other
    run = await run_named(work, baseline.project_id, id)
    if id is not None and run is None:
        raise NotFound(
            "there is no such schedule or baseline of the project",
            Fault("not_found", "names nothing of the project", parameter="against"),
        )
    return run, None


def _page(
    call: Call, id: str, rows: Sequence[comparing.Compared], query: VarianceQuery
) -> tuple[list[comparing.Compared], str | None]:
    """Both sides never change, so a place in the list is as good as a key; the newest run may be another one."""
    bound = cursor.binding(call, f"variance {id}")
    first = 0 if query.cursor is None else int(cursor.opened(call, query.cursor, bound)[0])
    last = first + (query.limit or USUAL)
    return list(rows[first:last]), cursor.sealed(call, [last], bound) if last < len(rows) else None


async def _milestones(
    work: Work, agreed: Sequence[dict[str, Any]], other: Baseline | None
) -> list[dict[str, Any]]:
    expected: dict[str, str | None] = {}
    if other is not None:
        now = await frozen_content(work.store, str(other.content_hash))
        expected = {one["milestone_id"]: one["on"] for one in now["milestones"]}
    else:
        for day in agreed:
            one = await work.find(Milestone, "id = ?", (day["milestone_id"],))
            if one is not None and one.archived_at is None and one.state is not MilestoneState.DROPPED:
                expected[day["milestone_id"]] = str(one.achieved_on or one.forecast_on or one.planned_on)
    return [
        {
            "milestone_id": day["milestone_id"],
            "agreed_on": day["on"],
            "expected_on": expected.get(day["milestone_id"]),
            "days": comparing.days_later(day["on"], expected.get(day["milestone_id"])),
        }
        for day in agreed
    ]


def _money(amount: Money | None) -> dict[str, Any] | None:
    return None if amount is None else amount.model_dump(mode="json")


def _difference(agreed: Money | None, now: Money | None) -> dict[str, Any] | None:
    if agreed is None or now is None or agreed.currency != now.currency:
        return None
    return _money(Money.of(now.minor - agreed.minor, agreed.currency))


def declare(routes: Routes) -> None:
    """The route, among those of baselines."""
    routes.get("/v1/baselines/{id}/variance", headers=(PREFER,), refusals=(404,))(variance)

"""What a baseline is frozen with: the dates of a run, the days of milestones, and the budgets of work packages."""

from collections.abc import Iterable, Sequence
from typing import Any

from services.projects.structure.work_package.tree import Node
from shared.base.money import Money
from shared.base.text import sort_key
from shared.contracts.projects.baseline import Baseline, PackageCost
from shared.contracts.projects.methods import Milestone, MilestoneState

FORMAT = "portolan.baseline.1"


def costs_of(nodes: Iterable[Node]) -> list[PackageCost]:
    """The budgets of the live work packages, in the order of their codes."""
    live = [node for node in nodes if node.archived_at is None and node.budget is not None]
    return [
        PackageCost(
            work_package_id=node.id,
            wbs=node.wbs,
            budget=Money(amount=node.budget.amount, currency=node.budget.currency),
        )
        for node in sorted(live, key=lambda node: sort_key(node.wbs) or "")
        if node.budget is not None
    ]


def milestones_of(
    milestones: Iterable[Milestone], finishes: dict[str, str], is_first: bool
) -> list[dict[str, Any]]:
    """The day of each milestone that is still to come. That of its activity in the run, where it has one. Else the day that
    is planned; in a later baseline the day that is expected by now."""
    days = []
    for one in sorted(milestones, key=lambda one: one.id):
        if one.state is not MilestoneState.PLANNED:
            continue
        activity = str(one.activity_id) if one.activity_id else None
        own = one.planned_on if is_first else one.forecast_on or one.planned_on
        days.append(
            {
                "milestone_id": str(one.id),
                "activity_id": activity,
                "on": finishes.get(activity or "", str(own)),
            }
        )
    return days


def content_of(
    baseline: Baseline,
    schedule: dict[str, Any] | None,
    dates: Sequence[dict[str, Any]],
    milestones: Sequence[dict[str, Any]],
    costs: Sequence[PackageCost],
) -> dict[str, Any]:
    """All that the project is measured by once it is approved."""
    return {
        "format": FORMAT,
        "id": str(baseline.id),
        "project_id": str(baseline.project_id),
        "schedule": schedule,
        "dates": list(dates),
        "milestones": list(milestones),
        "costs": [one.model_dump(mode="json") for one in costs],
        "budget": None if baseline.budget is None else baseline.budget.model_dump(mode="json"),
        "change_ids": [str(id) for id in baseline.change_ids],
    }

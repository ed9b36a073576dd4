"""The plan of a run as a file that Microsoft Project opens (MSPDI), with the dates of the run; written in a worker.

The run is computed again from what it was computed from. Each activity has its dates, so that who opens the file sees the same
ones. The calendars of the project come along, with public holidays as exceptions. So the program also computes the same ones.
"""

from base64 import b64encode
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from typing import Annotated

from services.projects.engines.planfiles.mspdi import write_mspdi
from services.projects.engines.planning import trial_shapes as shapes
from services.projects.engines.planning.conventions import DEFAULTS, MICROSOFT_PROJECT
from services.projects.engines.planning.plan import Baseline, BaselineActivity, Plan
from services.projects.engines.planning.project_run import RunInputs, plan_of
from services.projects.engines.planning.scheduling import schedule
from shared.base.computation import Computation, Report
from shared.base.typed_json import Within


@dataclass(frozen=True, slots=True)
class AgreedDates:
    """The days of an activity in the baseline."""

    activity_id: shapes.Key
    """The activity."""
    start_on: date
    """The first day."""
    finish_on: date
    """The last day."""


@dataclass(frozen=True, slots=True)
class PlanExport:
    """A run as it was computed, and what was agreed."""

    name: Annotated[str, Within(0, 300)]
    """The name of the project."""
    inputs: RunInputs
    """What was scheduled."""
    agreed: Annotated[tuple[AgreedDates, ...], Within(0, 50_000)] = ()
    """The dates of the approved baseline."""


@dataclass(frozen=True, slots=True)
class PlanExported:
    """The file."""

    content: str
    """Its bytes in base 64."""


def exported(order: PlanExport) -> Plan:
    """The plan with the dates that its run finds."""
    plan = plan_of(order.inputs)
    dates = schedule(
        plan, MICROSOFT_PROJECT if order.inputs.plan.conventions == "microsoft_project" else DEFAULTS
    )
    activities = tuple(
        replace(one, planned_start=dates[one.id].early_start, planned_finish=dates[one.id].early_finish)
        if one.id in dates
        else one
        for one in plan.activities
    )
    names = {one.id for one in activities}
    agreed = tuple(_agreed(one for one in order.agreed if one.activity_id in names))
    baselines = (Baseline("0", activities=agreed),) if agreed else ()
    own = tuple(one for one in plan.dependencies if one.predecessor_plan is None)
    crossing = tuple(one for one in plan.dependencies if one.predecessor_plan is not None)
    return replace(
        plan,
        name=order.name,
        title=order.name,
        activities=activities,
        dependencies=(*own, *crossing),
        baselines=baselines,
    )


def _agreed(rows: Iterable[AgreedDates]) -> Iterable[BaselineActivity]:
    for one in rows:
        yield BaselineActivity(
            one.activity_id,
            start=datetime.combine(one.start_on, time(8)),
            finish=datetime.combine(one.finish_on, time(17)),
        )


def run(order: PlanExport, report: Report) -> PlanExported:
    return PlanExported(b64encode(write_mspdi(exported(order))).decode())


def check(order: PlanExport) -> None:
    """What a run was computed from can be computed again."""


EXPORT = Computation(PlanExport, PlanExported, run, check)

"""A schedule against a baseline: how much later, longer and dearer each activity has become."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from services.projects.engines.planning import checks
from services.projects.engines.planning.plan import Baseline, BaselineActivity
from services.projects.engines.planning.result import ScheduledActivity
from services.projects.engines.planning.scheduling import Schedule
from shared.base.typed import refuse_mistyped, require_instance

NOT_IN_BASELINE = "not in the baseline"
NOT_IN_SCHEDULE = "no longer scheduled"


@dataclass(frozen=True, slots=True)
class Variance:
    """Now minus baseline: positive is later, longer, more.

    Start, finish and duration are in working seconds, the first two of the plan's calendar;
    `finish_days` counts calendar days. What the baseline or the plan does not state is None; `reason`
    says why nothing can be compared.
    """

    activity: str
    start_s: int | None = None
    finish_s: int | None = None
    finish_days: int | None = None
    duration_s: int | None = None
    work_s: int | None = None
    cost: Decimal | None = None
    reason: str | None = None


def variance(schedule: Schedule, baseline: Baseline) -> tuple[Variance, ...]:
    """The variance of every activity in the schedule's order, then of those that only the baseline has.

    Refuses (`Invalid`) a baseline whose dates are none of the plan's.
    """
    require_instance(schedule, Schedule, "/schedule")
    refuse_mistyped(baseline, Baseline, "/baseline")
    checks.refuse(checks.baseline_faults(baseline), "invalid_baseline")
    agreed = {row.activity: row for row in baseline.activities}
    now = tuple(
        _compared(schedule, row, agreed[key]) if key in agreed else Variance(key, reason=NOT_IN_BASELINE)
        for key, row in schedule.items()
    )
    missing = tuple(Variance(key, reason=NOT_IN_SCHEDULE) for key in agreed if key not in schedule)
    return now + missing


def baseline_of(schedule: Schedule, id: str, name: str = "", taken_at: datetime | None = None) -> Baseline:
    """The schedule's dates and the plan's work and cost, frozen as a baseline."""
    require_instance(schedule, Schedule, "/schedule")
    stated = {activity.id: activity for activity in schedule.plan.activities}
    rows = tuple(
        BaselineActivity(
            activity=key,
            start=row.early_start,
            finish=row.early_finish,
            duration_s=row.duration_s,
            work_s=stated[key].work_s,
            cost=stated[key].cost,
        )
        for key, row in schedule.items()
    )
    baseline = Baseline(id, name, taken_at, rows)
    refuse_mistyped(baseline, Baseline, "")
    return baseline


def _compared(schedule: Schedule, row: ScheduledActivity, agreed: BaselineActivity) -> Variance:
    activity = schedule.activity(row.id)
    return Variance(
        activity=row.id,
        start_s=_later_by(schedule, agreed.start, row.early_start),
        finish_s=_later_by(schedule, agreed.finish, row.early_finish),
        finish_days=None if agreed.finish is None else (row.early_finish.date() - agreed.finish.date()).days,
        duration_s=None if agreed.duration_s is None else row.duration_s - agreed.duration_s,
        work_s=None if agreed.work_s is None or activity.work_s is None else activity.work_s - agreed.work_s,
        cost=None if agreed.cost is None or activity.cost is None else activity.cost - agreed.cost,
    )


def _later_by(schedule: Schedule, then: datetime | None, now: datetime) -> int | None:
    return None if then is None else schedule.working_s(then, now)

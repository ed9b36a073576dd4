"""The rows of a schedule: one per activity, summaries rolled up, levels of effort spanned."""

from collections.abc import Sequence
from datetime import datetime

from services.projects.engines.planning.conventions import Conventions
from services.projects.engines.planning.network import ORDINARY
from services.projects.engines.planning.passes import Passes
from services.projects.engines.planning.plan import Activity, ActivityKind
from services.projects.engines.planning.result import Criticality, ScheduledActivity
from services.projects.engines.planning.rules import remaining_s
from services.projects.engines.planning.timeline import Timeline, instant, moment

COMPLETE = "complete: it can slip no more"
SPANS = "a level of effort lasts as long as what it spans"
ROLLED_UP = "nothing below it has a float"


def activity_row(passes: Passes, node: int) -> ScheduledActivity:
    """The row of an activity that is scheduled itself."""
    run, activity = passes.run, passes.run.activities[node]
    progress = activity.progress
    start = progress.actual_start or run.start_moment(node, passes.early.starts[node])
    finish = progress.actual_finish or run.finish_moment(node, passes.early.finishes[node])
    over = passes.over(node)
    by_hand = activity.manual and run.net.terms.get(node, ORDINARY).pin is not None
    total = None if over else passes.total_float_s(node)
    return ScheduledActivity(
        id=activity.id,
        kind=activity.kind,
        early_start=start,
        early_finish=finish,
        late_start=start if passes.started(node) else run.start_moment(node, passes.late.starts[node]),
        late_finish=finish if over else run.finish_moment(node, passes.late.finishes[node]),
        duration_s=_duration_s(activity, run.calendars[node], start, finish, by_hand),
        remaining_s=remaining_s(activity),
        total_float_s=total,
        free_float_s=None if over else passes.free_float_s(node),
        criticality=_criticality(run.conventions, total),
        percent_complete=_percent_complete(activity),
        no_float=COMPLETE if over else None,
    )


def _duration_s(
    activity: Activity, calendar: Timeline, start: datetime, finish: datetime, by_hand: bool
) -> int:
    planned = activity.progress.actual_start is None and activity.progress.actual_finish is None
    if planned and not by_hand:
        return activity.duration_s
    if activity.elapsed:
        return instant(finish) - instant(start)
    return calendar.work_at(instant(finish)) - calendar.work_at(instant(start))


def _percent_complete(activity: Activity) -> float:
    progress = activity.progress
    if progress.actual_finish is not None:
        return 100.0
    if progress.percent_complete or progress.remaining_s is None or not activity.duration_s:
        return progress.percent_complete
    return max(0.0, 100 - 100 * progress.remaining_s / activity.duration_s)


def _criticality(conventions: Conventions, total_float_s: int | None) -> Criticality:
    if total_float_s is None:
        return Criticality.NONE
    if total_float_s <= conventions.critical_at_s:
        return Criticality.CRITICAL
    return Criticality.NEAR_CRITICAL if total_float_s <= conventions.near_critical_at_s else Criticality.SLACK


def effort_row(passes: Passes, number: int, effort: Activity) -> ScheduledActivity:
    """A level of effort: from the first of the events that open it to the last of those that close it.

    Where nothing opens it, it begins with the plan's first activity, where nothing closes it, it ends
    with the last.
    """
    run, plan = passes.run, passes.run.plans[number]
    calendar = run.clocks.of(plan, effort.calendar)
    spans, progress = run.spans.get((number, effort.id), ()), effort.progress
    opened = [span.wait.on(_instant(passes, span.node, span.at_finish)) for span in spans if span.opens]
    closed = [span.wait.on(_instant(passes, span.node, span.at_finish)) for span in spans if not span.opens]
    nodes = [node for node in run.scheduled if run.plan_of[node] == number]
    first = min(opened or [_instant(passes, node, False) for node in nodes] or [run.opening(plan)])
    last = max(closed or [_instant(passes, node, True) for node in nodes] or [first])
    begins, ends = calendar.work_at(first), calendar.work_at(max(first, last))
    return ScheduledActivity(
        id=effort.id,
        kind=effort.kind,
        early_start=progress.actual_start or moment(calendar.start_at(begins) if begins < ends else first),
        early_finish=progress.actual_finish or moment(calendar.finish_at(ends) if begins < ends else first),
        late_start=None,
        late_finish=None,
        duration_s=ends - begins,
        remaining_s=0
        if progress.actual_finish
        else round((ends - begins) * (100 - progress.percent_complete) / 100),
        total_float_s=None,
        free_float_s=None,
        criticality=Criticality.NONE,
        percent_complete=100.0 if progress.actual_finish else progress.percent_complete,
        no_float=SPANS,
    )


def _instant(passes: Passes, node: int, at_finish: bool) -> int:
    axis, early = passes.run.axes[node], passes.early
    if at_finish:
        return axis.finish_at(early.finishes[node])
    started = passes.run.net.terms.get(node, ORDINARY).started
    return axis.start_at(early.starts[node] if started is None else started)


def summary_row(
    passes: Passes, number: int, summary: Activity, below: Sequence[ScheduledActivity]
) -> ScheduledActivity:
    """A summary: from the first start to the last finish of the activities below it."""
    run = passes.run
    calendar = run.clocks.of(run.plans[number], summary.calendar)
    start, finish = min(row.early_start for row in below), max(row.early_finish for row in below)
    duration = calendar.work_at(instant(finish)) - calendar.work_at(instant(start))
    floats = [row.total_float_s for row in below if row.total_float_s is not None]
    total, done = min(floats, default=None), _rolled_up_percent(below)
    return ScheduledActivity(
        id=summary.id,
        kind=ActivityKind.SUMMARY,
        early_start=start,
        early_finish=finish,
        late_start=min((row.late_start for row in below if row.late_start), default=None),
        late_finish=max((row.late_finish for row in below if row.late_finish), default=None),
        duration_s=duration,
        remaining_s=round(duration * (100 - done) / 100),
        total_float_s=total,
        free_float_s=None,
        criticality=_criticality(run.conventions, total),
        percent_complete=done,
        no_float=None if floats else ROLLED_UP,
    )


def _rolled_up_percent(below: Sequence[ScheduledActivity]) -> float:
    """Percent complete weighted by duration; of milestones alone, the share of them that are reached."""
    weights = [row.duration_s for row in below]
    if not any(weights):
        weights = [1] * len(below)
    return sum(row.percent_complete * weight for row, weight in zip(below, weights, strict=True)) / sum(
        weights
    )

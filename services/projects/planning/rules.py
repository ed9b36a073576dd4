"""How progress, constraints, deadlines and manual dates of one activity bind its node of the network."""

from services.projects.planning.crossings import Arriving, Starting, Steps, Waiting
from services.projects.planning.network import Crossing, Terms
from services.projects.planning.plan import Activity, Constraint, ConstraintKind
from services.projects.planning.run import Run, finish_time, start_time
from services.projects.planning.timeline import ROUND_THE_CLOCK, Timeline, instant
from shared.errors import Fault, Invalid

EARLIEST = (ConstraintKind.SNET, ConstraintKind.FNET, ConstraintKind.MSO, ConstraintKind.MFO)
LATEST = (ConstraintKind.SNLT, ConstraintKind.FNLT, ConstraintKind.MSO, ConstraintKind.MFO)
ON_FINISH = (ConstraintKind.FNET, ConstraintKind.FNLT, ConstraintKind.MFO)
MUST = (ConstraintKind.MSO, ConstraintKind.MFO)


def bind(run: Run, node: int, activity: Activity) -> None:
    """Write into the run and its network what is special about the node."""
    terms, progress = Terms(), activity.progress
    run.net.terms[node] = terms
    if progress.actual_finish is not None:
        start = progress.actual_start or progress.actual_finish
        terms.done = (instant(start), instant(progress.actual_finish))
        run.closed.add(node)
        return
    if progress.actual_start is not None:
        _carry_on(run, node, terms, activity)
    elif activity.manual and activity.planned_start is not None:
        terms.pin = run.axes[node].work_at(instant(activity.planned_start))
    elif activity.levelling_delay_s:
        run.delays[node] = _later(run.axes[node], activity.levelling_delay_s)
        run.net.floors[node] = run.delays[node].on(run.net.floors[node])
    if terms.pin is None:
        _constrain(run, node, terms, activity)
    if activity.deadline is not None:
        time = finish_time(activity.deadline, run.axes[node], run.calendars[node])
        run.no_later(run.latest_finishes, node, time)


def _later(axis: Timeline, elapsed_s: int) -> Crossing:
    """A start moved on by elapsed time."""
    return Steps((Starting(axis), Waiting(ROUND_THE_CLOCK, elapsed_s), Arriving(axis)))


def _carry_on(run: Run, node: int, terms: Terms, activity: Activity) -> None:
    """What is under way keeps its start; what remains follows the data date, or else the work done."""
    progress, axis = activity.progress, run.axes[node]
    assert progress.actual_start is not None
    remaining = remaining_s(activity)
    terms.started = axis.work_at(instant(progress.actual_start))
    if run.conventions.out_of_sequence == "progress_override":
        run.closed.add(node)
    data_date = run.data_date(run.plan(node))
    if data_date is None:
        floor = terms.started + max(activity.duration_s - remaining, 0)
    else:
        floor = axis.work_at(instant(data_date))
    if progress.resumes_at is not None:
        floor = max(floor, axis.work_at(instant(progress.resumes_at)))
    run.net.durations[node], run.net.floors[node] = remaining, floor


def remaining_s(activity: Activity) -> int:
    """Working time still to do: as stated, or what the percentage complete leaves of the duration."""
    progress = activity.progress
    if progress.actual_finish is not None:
        return 0
    if progress.remaining_s is not None:
        return progress.remaining_s
    return round(activity.duration_s * (100 - progress.percent_complete) / 100)


def _constrain(run: Run, node: int, terms: Terms, activity: Activity) -> None:
    """Floors and pins for the forward pass, ceilings for the backward one; a start in the past is free."""
    _refuse_empty_window(run, node, activity)
    for constraint in activity.constraints:
        if constraint.kind == ConstraintKind.ALAP and terms.started is None:
            run.late.append(node)
        if constraint.on is None or (terms.started is not None and constraint.kind not in ON_FINISH):
            continue
        if constraint.kind in EARLIEST:
            _hold_early(run, node, terms, constraint)
        if constraint.kind in LATEST:
            _hold_late(run, node, terms, constraint)


def _hold_early(run: Run, node: int, terms: Terms, constraint: Constraint) -> None:
    if constraint.kind in MUST and run.conventions.constraints != "yield" and terms.started is None:
        terms.pin = as_start(run, node, constraint)
        terms.locked = run.conventions.constraints == "honour"
        run.musts[node] = constraint
    elif constraint.kind in ON_FINISH:
        terms.finish_floor = max(
            terms.finish_floor, as_start(run, node, constraint) + run.net.durations[node]
        )
    else:
        run.net.floors[node] = max(run.net.floors[node], as_start(run, node, constraint))


def _hold_late(run: Run, node: int, terms: Terms, constraint: Constraint) -> None:
    start = as_start(run, node, constraint)
    if constraint.kind in ON_FINISH:
        run.no_later(run.latest_finishes, node, start + run.net.durations[node])
    else:
        run.no_later(run.latest_starts, node, start)
    if run.conventions.constraints == "honour" and constraint.kind not in MUST:
        terms.cap = min(terms.cap, start)


def as_start(run: Run, node: int, constraint: Constraint) -> int:
    """The start that a dated constraint means, on the node's axis."""
    assert constraint.on is not None
    if constraint.kind in ON_FINISH:
        return finish_time(constraint.on, run.axes[node], run.calendars[node]) - run.net.durations[node]
    return start_time(constraint.on, run.axes[node], run.calendars[node])


def _refuse_empty_window(run: Run, node: int, activity: Activity) -> None:
    dated = [c for c in activity.constraints if c.on is not None]
    for early in dated:
        for late in dated:
            impossible = early.kind in EARLIEST and late.kind in LATEST and early is not late
            if impossible and as_start(run, node, early) > as_start(run, node, late):
                detail = (
                    f"{run.label(node)} cannot keep both {described(early)} and {described(late)}:"
                    " no date lies between them"
                )
                raise Invalid(
                    detail, Fault("impossible_window", detail, run.pointer(node)), code="impossible_window"
                )


def described(constraint: Constraint) -> str:
    """A constraint in words."""
    words = {
        ConstraintKind.ASAP: "as soon as possible",
        ConstraintKind.ALAP: "as late as possible",
        ConstraintKind.SNET: "start no earlier than",
        ConstraintKind.SNLT: "start no later than",
        ConstraintKind.FNET: "finish no earlier than",
        ConstraintKind.FNLT: "finish no later than",
        ConstraintKind.MSO: "must start on",
        ConstraintKind.MFO: "must finish on",
    }
    text = words[ConstraintKind(constraint.kind)]
    return text if constraint.on is None else f"{text} {constraint.on.isoformat()}"

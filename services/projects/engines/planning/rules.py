"""How progress, constraints, deadlines and manual dates of one activity bind its node of the network."""

from services.projects.engines.planning.crossings import Arriving, Starting, Steps, Waiting
from services.projects.engines.planning.network import Crossing, Terms
from services.projects.engines.planning.plan import Activity, Constraint, ConstraintKind
from services.projects.engines.planning.run import Run, finish_time, start_time
from services.projects.engines.planning.timeline import ROUND_THE_CLOCK, Timeline, instant
from shared.base.errors import Fault, Invalid
from shared.base.texts import Text

EARLIEST = (ConstraintKind.SNET, ConstraintKind.FNET, ConstraintKind.MSO, ConstraintKind.MFO)
LATEST = (ConstraintKind.SNLT, ConstraintKind.FNLT, ConstraintKind.MSO, ConstraintKind.MFO)
ON_FINISH = (ConstraintKind.FNET, ConstraintKind.FNLT, ConstraintKind.MFO)
NOT_BEFORE = (ConstraintKind.SNET, ConstraintKind.FNET)
MUST = (ConstraintKind.MSO, ConstraintKind.MFO)


def bind(run: Run, node: int, activity: Activity) -> None:
    """Write into the run and its network what is special about the node."""
    terms, progress = Terms(), activity.progress
    run.net.terms[node] = terms
    if progress.actual_finish is not None:
        terms.done = _actual_dates(run, node, activity)
        run.closed.add(node)
        return
    if progress.actual_start is not None:
        _carry_on(run, node, terms, activity)
    elif activity.manual and (dates := manual_dates(activity, run.clock(node))):
        _keep_by_hand(run, node, terms, dates)
    elif activity.levelling_delay_s:
        run.delays[node] = _later(run.axes[node], activity.levelling_delay_s)
        run.net.floors[node] = run.delays[node].on(run.net.floors[node])
    if terms.pin is None:
        _constrain(run, node, terms, activity)
    if activity.deadline is not None:
        time = finish_time(activity.deadline, run.axes[node], run.clock(node))
        run.no_later(run.latest_finishes, node, time)


def _actual_dates(run: Run, node: int, activity: Activity) -> tuple[int, int]:
    """The instants of what is over; a start nobody stated lies the duration before the finish."""
    assert activity.progress.actual_finish is not None
    finish, clock = instant(activity.progress.actual_finish), run.clock(node)
    if activity.progress.actual_start is not None:
        return instant(activity.progress.actual_start), finish
    return min(clock.start_at(clock.work_at(finish) - activity.duration_s), finish), finish


def manual_dates(activity: Activity, clock: Timeline) -> tuple[int, int] | None:
    """The instants a manual activity keeps; one that lacks a date has it by its duration, one without is None.

    They are kept as they are, whatever the calendar says of them.
    """
    start = None if activity.planned_start is None else instant(activity.planned_start)
    finish = None if activity.planned_finish is None else instant(activity.planned_finish)
    if start is None and finish is None:
        return None
    if start is None:
        assert finish is not None
        return min(clock.start_at(clock.work_at(finish) - activity.duration_s), finish), finish
    if finish is None:
        finish = max(clock.finish_at(clock.work_at(start) + activity.duration_s), start)
    return start, finish


def _keep_by_hand(run: Run, node: int, terms: Terms, dates: tuple[int, int]) -> None:
    """Pins the node to its dates: in working time where that holds both of them, by instants elsewhere."""
    start, finish = dates
    axis = run.axes[node]
    first_work, last_work = axis.work_at(start), axis.work_at(finish)
    if first_work == last_work or axis.start_at(first_work) != start or axis.finish_at(last_work) != finish:
        axis, first_work, last_work = ROUND_THE_CLOCK, start, finish
    run.axes[node], run.net.durations[node], terms.pin = axis, last_work - first_work, first_work


def _later(axis: Timeline, elapsed_s: int) -> Crossing:
    """A start moved on by elapsed time."""
    return Steps((Starting(axis), Waiting(ROUND_THE_CLOCK, elapsed_s), Arriving(axis)))


def _carry_on(run: Run, node: int, terms: Terms, activity: Activity) -> None:
    """What is under way keeps its start; what remains follows the data date, or else the work done."""
    progress, axis = activity.progress, run.axes[node]
    assert progress.actual_start is not None
    if _ends_by_hand(run, activity):
        _end_by_hand(run, node, terms, activity)
        return
    remaining = remaining_s(activity)
    terms.started = axis.work_at(instant(progress.actual_start))
    if run.conventions.out_of_sequence == "progress_override":
        run.closed.add(node)
    data_date = run.data_date(run.plan(node))
    if data_date is None or data_date < progress.actual_start:
        floor = terms.started + max(activity.duration_s - remaining, 0)
    else:
        floor = axis.work_at(instant(data_date))
    if progress.resumes_at is not None:
        floor = max(floor, axis.work_at(instant(progress.resumes_at)))
    run.net.durations[node], run.net.floors[node] = remaining, floor


def _ends_by_hand(run: Run, activity: Activity) -> bool:
    """Whether what is under way keeps the finish it was given by hand: unfinished work stays in place."""
    start, finish = activity.progress.actual_start, activity.planned_finish
    by_hand = activity.manual and run.conventions.unfinished_work == "in_place"
    return by_hand and start is not None and finish is not None and start <= finish


def _end_by_hand(run: Run, node: int, terms: Terms, activity: Activity) -> None:
    assert activity.progress.actual_start is not None
    assert activity.planned_finish is not None
    run.axes[node], run.net.durations[node] = ROUND_THE_CLOCK, 0
    terms.started = instant(activity.progress.actual_start)
    terms.pin = instant(activity.planned_finish)


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
        return finish_time(constraint.on, run.axes[node], run.clock(node)) - run.net.durations[node]
    return start_time(constraint.on, run.axes[node], run.clock(node))


def _refuse_empty_window(run: Run, node: int, activity: Activity) -> None:
    dated = [c for c in activity.constraints if c.on is not None]
    for early in dated:
        for late in dated:
            impossible = early.kind in EARLIEST and late.kind in LATEST and early is not late
            if impossible and as_start(run, node, early) > as_start(run, node, late):
                detail = Text(
                    "{node} cannot keep both {early} and {late}: no date lies between them",
                    node=run.label(node),
                    early=described(early),
                    late=described(late),
                )
                raise Invalid(
                    detail, Fault("impossible_window", detail, run.pointer(node)), code="impossible_window"
                )


def described(constraint: Constraint) -> Text:
    """A constraint in words."""
    on = constraint.on.isoformat() if constraint.on else ""
    words = {
        ConstraintKind.ASAP: Text("as soon as possible"),
        ConstraintKind.ALAP: Text("as late as possible"),
        ConstraintKind.SNET: Text("start no earlier than {on}", on=on),
        ConstraintKind.SNLT: Text("start no later than {on}", on=on),
        ConstraintKind.FNET: Text("finish no earlier than {on}", on=on),
        ConstraintKind.FNLT: Text("finish no later than {on}", on=on),
        ConstraintKind.MSO: Text("start on {on}", on=on),
        ConstraintKind.MFO: Text("finish on {on}", on=on),
    }
    return words[ConstraintKind(constraint.kind)]

"""A run of a project's schedule, in a worker: dates, what moved since the run before and why, and the critical path.

The plan is written as a trial takes it, with what the links from other projects wait for beside it. The plan of the run before
comes along, and is scheduled again: movements are told from two schedules, not from two lists of dates.
"""

import json
from dataclasses import dataclass, replace
from datetime import date, datetime
from hashlib import sha256
from typing import Annotated, Any, Literal

import msgspec

from services.projects.engines.planning import trial
from services.projects.engines.planning import trial_shapes as shapes
from services.projects.engines.planning.conventions import DEFAULTS, MICROSOFT_PROJECT
from services.projects.engines.planning.movement import Movement, movements
from services.projects.engines.planning.plan import Dependency, DependencyKind, ExternalActivity, Lag, Plan
from services.projects.engines.planning.result import Criticality
from services.projects.engines.planning.scheduling import Schedule, schedule
from shared.base.computation import Computation, Report, pointing_at
from shared.base.errors import Invalid
from shared.base.typed_json import Within

MOST_CAUSES = 20
"""So many causes of one movement are told at most."""


@dataclass(frozen=True, slots=True)
class RunExternal:
    """The dates, as its project's last run found them, of an activity that a link from another project waits for."""

    project_id: shapes.Key
    """Its project."""
    activity_id: shapes.Key
    """The activity."""
    starts_at: datetime
    """When it starts."""
    finishes_at: datetime
    """When it finishes."""


@dataclass(frozen=True, slots=True)
class RunCrossing:
    """A link from an activity of another project."""

    from_project_id: shapes.Key
    """The predecessor's project."""
    from_id: shapes.Key
    """The predecessor."""
    to_id: shapes.Key
    """The successor, of this plan."""
    kind: Annotated[str, Within(2, 2)] = "fs"
    """Which end holds which."""
    lag: shapes.TrialLag | None = None
    """How long it waits."""


@dataclass(frozen=True, slots=True)
class RunInputs:
    """All that is scheduled: the same inputs have the same dates."""

    project_id: shapes.Key
    """Whose plan it is."""
    plan: shapes.ScheduleTrial
    """The plan; keys are ids."""
    externals: Annotated[tuple[RunExternal, ...], Within(0, 50_000)] = ()
    """What it waits for in other projects."""
    crossings: Annotated[tuple[RunCrossing, ...], Within(0, 50_000)] = ()
    """By which links."""


@dataclass(frozen=True, slots=True)
class ScheduleRun:
    """A run, as it is begun."""

    schedule_id: shapes.Key
    """Under which id its schedule is kept."""
    inputs: RunInputs
    """What is scheduled."""
    cause_id: shapes.Key | None = None
    """The run of another project that this one follows from."""
    previous_id: shapes.Key | None = None
    """The run before."""
    previous: RunInputs | None = None
    """What was scheduled then."""
    previous_hash: Annotated[str, Within(64, 64)] | None = None
    """The hash of that."""


@dataclass(frozen=True, slots=True)
class RunCause:
    """A reason for a movement."""

    change: str
    """What changed: the activity's own duration, progress, constraint or calendar, a link, a date of the plan, or another
    activity."""
    activity_id: str | None
    """The other activity with which it lies."""
    detail: str
    """In English words."""


@dataclass(frozen=True, slots=True)
class RunMovement:
    """How an activity moved since the run before, why, and what that does to the finish."""

    activity_id: str
    """Which one."""
    start_minutes: int | None
    """How much later it starts, in working time of the project's calendar; negative: earlier; null where only one run has it."""
    finish_minutes: int | None
    """How much later it finishes."""
    start_on: date | None
    """The first day that it occupies now."""
    previous_start_on: date | None
    """The first day that it occupied."""
    finish_on: date | None
    """The last day that it occupies now."""
    previous_finish_on: date | None
    """The last day that it occupied."""
    causes: tuple[RunCause, ...]
    """Why it moved."""
    roots: tuple[str, ...]
    """The activities with which the chains of causes begin."""
    moves_finish: bool
    """Whether it is on the chain that holds the last activities where they are: then the finish moved with it."""
    note: str | None
    """Where it is new or gone."""


@dataclass(frozen=True, slots=True)
class RunDates:
    """The dates of one activity, and how far it can slip."""

    activity_id: str
    """Which one."""
    start_on: date
    """The first day it occupies."""
    finish_on: date
    """The last day it occupies."""
    early_start_at: datetime
    """The earliest start, or the actual one."""
    early_finish_at: datetime
    """The earliest finish, or the actual one."""
    late_start_at: datetime | None
    """The latest start that delays nothing; absent where it means nothing."""
    late_finish_at: datetime | None
    """The latest finish that delays nothing; absent where it means nothing."""
    duration_minutes: int
    """Working time from start to finish, in whole minutes."""
    remaining_minutes: int
    """Working time still to do, in whole minutes."""
    total_float_minutes: int | None
    """How far it can slip before the end does, negative where a date cannot be kept; absent, with `no_float`."""
    free_float_minutes: int | None
    """How far it can slip before anything else does; absent where it means nothing."""
    criticality: Literal["critical", "near_critical", "slack", "none"]
    """By total float."""
    percent_complete: float
    """How much of it is done."""
    no_float: str | None
    """Why there is no float."""


@dataclass(frozen=True, slots=True)
class RunStep:
    """An activity of the critical path."""

    activity_id: str
    """Which one."""
    start_on: date
    """The first day that it occupies."""
    finish_on: date
    """The last day that it occupies."""
    total_float_minutes: int | None
    """How far it can slip: zero or less."""
    driven_by: tuple[str, ...]
    """The activities that hold it where it is; none: a date does."""


@dataclass(frozen=True, slots=True)
class ScheduleRunResult:
    """What a run came to."""

    schedule_id: str
    """The schedule in which it is kept; of inputs that have not changed the one that stands."""
    project_id: str
    """Whose plan it is."""
    unchanged: bool
    """Whether the inputs are those of the run before: then nothing new is kept."""
    inputs_hash: str
    """The hash of the inputs."""
    cause_id: str | None
    """The run of another project that this one follows from."""
    previous_id: str | None
    """The run before."""
    start_on: date
    """The first day that an activity occupies."""
    finish_on: date
    """The last day that an activity occupies."""
    previous_finish_on: date | None
    """The last day of the run before."""
    finish_moved_minutes: int | None
    """How much later the whole finishes than in the run before, in working time of the project's calendar."""
    inputs: str
    """What was scheduled, as a text of JSON."""
    dates: tuple[RunDates, ...]
    """The dates and floats of each activity."""
    critical_path: tuple[RunStep, ...]
    """The critical activities, in the order in which they are done."""
    movements: tuple[RunMovement, ...]
    """What moved since the run before."""
    unused: tuple[shapes.TrialUnused, ...]
    """What the schedule does without."""


_MEMBERS = {**trial.MEMBERS, "external": "externals"}


def check(order: ScheduleRun) -> None:
    """Refuse what cannot be scheduled."""
    _scheduled(order.inputs)


def run(order: ScheduleRun, report: Report) -> ScheduleRunResult:
    """Schedule the plan, and hold it against the run before."""
    now = _scheduled(order.inputs)
    hash = inputs_hash(order.inputs)
    before = None if order.previous is None else _as_before(order.previous)
    is_same = hash == order.previous_hash and order.previous_id is not None
    computed = trial.result_of(now, trial.zone_of(order.inputs.plan.time_zone), report)
    moved = () if before is None or is_same else _movements(before, now)
    return ScheduleRunResult(
        schedule_id=str(order.previous_id) if is_same else order.schedule_id,
        project_id=order.inputs.project_id,
        unchanged=is_same,
        inputs_hash=hash,
        cause_id=order.cause_id,
        previous_id=order.previous_id,
        start_on=computed.starts_on,
        finish_on=computed.finishes_on,
        previous_finish_on=None if before is None else trial.last_day(before.start, before.finish),
        finish_moved_minutes=None if before is None else now.working_s(before.finish, now.finish) // 60,
        inputs=msgspec.json.encode(order.inputs).decode(),
        dates=tuple(map(_dates, computed.activities)),
        critical_path=_critical_path(now),
        movements=moved,
        unused=computed.unused,
    )


RUN = Computation(ScheduleRun, ScheduleRunResult, run, check)


def _dates(row: shapes.TrialRow) -> RunDates:
    return RunDates(
        row.key,
        row.starts_on,
        row.finishes_on,
        row.early_start_at,
        row.early_finish_at,
        row.late_start_at,
        row.late_finish_at,
        row.duration_minutes,
        row.remaining_minutes,
        row.total_float_minutes,
        row.free_float_minutes,
        row.criticality,
        row.percent_complete,
        row.no_float,
    )


def inputs_hash(inputs: RunInputs) -> str:
    """By what they say, whatever the order of members; names of activities move no date, and do not count."""
    plain: dict[str, Any] = msgspec.to_builtins(inputs)
    for activity in plain["plan"]["activities"]:
        activity["name"] = ""
    return sha256(json.dumps(plain, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def _scheduled(inputs: RunInputs) -> Schedule:
    conventions = MICROSOFT_PROJECT if inputs.plan.conventions == "microsoft_project" else DEFAULTS
    plan = plan_of(inputs)
    with pointing_at(_MEMBERS):
        return schedule(plan, conventions)


def _as_before(inputs: RunInputs) -> Schedule | None:
    """None where a later version of the engine refuses what an earlier one took."""
    try:
        return _scheduled(inputs)
    except Invalid:
        return None


def plan_of(inputs: RunInputs) -> Plan:
    """The engine's plan, with what other projects' activities hold."""
    plan = trial.plan_of(inputs.plan)
    zone = trial.zone_of(inputs.plan.time_zone)
    externals = tuple(
        ExternalActivity(
            one.project_id, one.activity_id, _local(one.starts_at, zone), _local(one.finishes_at, zone)
        )
        for one in inputs.externals
    )
    crossings = tuple(_crossing(one) for one in inputs.crossings)
    return replace(
        plan, id=inputs.project_id, external=externals, dependencies=(*plan.dependencies, *crossings)
    )


def _local(at: datetime, zone: Any) -> datetime:
    local = trial.local(at, zone)
    assert local is not None
    return local


def _crossing(one: RunCrossing) -> Dependency:
    lag = Lag() if one.lag is None else Lag(one.lag.minutes * 60, one.lag.percent, one.lag.elapsed)
    return Dependency(one.from_id, one.to_id, DependencyKind(one.kind.upper()), lag, one.from_project_id)


def _movements(before: Schedule, now: Schedule) -> tuple[RunMovement, ...]:
    holding = _holding_the_finish(now)
    return tuple(_movement(before, now, one, one.activity in holding) for one in movements(before, now))


def _movement(before: Schedule, now: Schedule, one: Movement, holds: bool) -> RunMovement:
    row = now.get(one.activity)
    old = before.get(one.activity)
    return RunMovement(
        activity_id=one.activity,
        start_minutes=None if one.start_s is None else one.start_s // 60,
        finish_minutes=None if one.finish_s is None else one.finish_s // 60,
        start_on=None if row is None else row.start_on,
        previous_start_on=None if old is None else old.start_on,
        finish_on=None if row is None else row.finish_on,
        previous_finish_on=None if old is None else old.finish_on,
        causes=tuple(
            RunCause(cause.change.value, cause.activity, cause.detail) for cause in one.causes[:MOST_CAUSES]
        ),
        roots=one.roots[:MOST_CAUSES],
        moves_finish=holds and bool(one.finish_s or one.start_s or (row is not None and old is None)),
        note=one.note,
    )


def _holding_the_finish(now: Schedule) -> set[str]:
    """The activities that finish last, and all that hold them where they are."""
    finish = now.finish
    waiting = [row.id for row in now.values() if row.early_finish == finish]
    holding = set(waiting)
    while waiting:
        for driver in now.drivers(waiting.pop()):
            one = driver.predecessor
            if one is not None and driver.predecessor_plan is None and one not in holding:
                holding.add(one)
                waiting.append(one)
    return holding


def _critical_path(now: Schedule) -> tuple[RunStep, ...]:
    steps = [now[key] for key in now.critical]
    steps.sort(key=lambda row: (row.early_start, now.rank(row.id)))
    return tuple(
        RunStep(
            row.id,
            row.start_on,
            row.finish_on,
            None if row.total_float_s is None else row.total_float_s // 60,
            tuple(driver.predecessor for driver in now.drivers(row.id) if driver.predecessor is not None),
        )
        for row in steps
        if row.criticality is Criticality.CRITICAL
    )

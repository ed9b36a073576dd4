"""What is refused before anything is computed: every fault of a plan, each naming its culprit."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from math import isfinite
from typing import get_type_hints

from services.projects.engines.planning.calendar_checks import calendar_faults
from services.projects.engines.planning.plan import (
    DAY_S,
    Activity,
    ActivityKind,
    Baseline,
    Constraint,
    ConstraintKind,
    Dependency,
    Plan,
    Progress,
)
from services.projects.engines.planning.timeline import HORIZON_YEARS
from shared.base.errors import Fault, Invalid
from shared.base.texts import Text
from shared.base.typed import refuse_mistyped, require_instance

LONGEST_S = 100 * 366 * DAY_S
"""No duration or lag is longer than a century."""

MOST_ACTIVITIES = 1_000_000
MOST_LEVELS = 100
"""Each summary is rolled up from all below it."""

FAULTS_SHOWN = 50
FRAME = {
    member: kind
    for member, kind in get_type_hints(Plan, include_extras=True).items()
    if member in ("id", "start", "calendars", "calendar", "data_date", "finish_by", "external", "day_s")
}
UNDATED = (ConstraintKind.ASAP, ConstraintKind.ALAP)
SPANNING = (ActivityKind.SUMMARY, ActivityKind.LEVEL_OF_EFFORT)
ON_SUMMARIES = (ConstraintKind.ASAP, ConstraintKind.SNET, ConstraintKind.FNLT)


def refuse(faults: Iterable[Fault], code: str = "invalid_plan") -> None:
    """Raise `Invalid` with the faults, if there are any."""
    listed = list(faults)
    if listed:
        detail = Text(listed[0].detail)
        if len(listed) > 1:
            detail = Text("{detail} (and {count} more)", detail=detail, count=len(listed) - 1)
        raise Invalid(detail, *listed[:FAULTS_SHOWN], code=listed[0].code if len(listed) == 1 else code)


def refuse_mistyped_frame(plan: Plan) -> None:
    """Refuses a plan whose own members, calendars among them, are of another type.

    Of its activities and links only those need a look that are out of the ordinary.
    """
    require_instance(plan, Plan, "")
    for member, kind in FRAME.items():
        refuse_mistyped(getattr(plan, member), kind, f"/{member}")


def frame_faults(plan: Plan) -> Iterator[Fault]:
    """Faults of the plan itself, of its calendars and its identities."""
    if len(plan.activities) > MOST_ACTIVITIES:
        yield Fault(
            "too_many_activities",
            Text("at most {most_activities} can be scheduled", most_activities=MOST_ACTIVITIES),
            "/activities",
        )
    if plan.day_s <= 0:
        yield Fault("bad_day_length", "a working day needs working time, in whole seconds", "/day_s")
    yield from _bad_instant(plan.start, Text("the plan's start"), "/start")
    yield from _bad_instant(plan.data_date, "the plan's data_date", "/data_date")
    yield from _bad_instant(plan.finish_by, "the plan's finish_by", "/finish_by")
    for kind, ids in (
        ("activities", [a.id for a in plan.activities]),
        ("calendars", [c.id for c in plan.calendars]),
    ):
        yield from _repeated(ids, kind)
    yield from calendar_faults(plan)
    yield from _external_faults(plan)


def repeated_plans(plans: Sequence[Plan]) -> Iterator[Fault]:
    """Plans scheduled together need ids that differ."""
    yield from _repeated([plan.id for plan in plans], "plans")


def _repeated(ids: Sequence[str], kind: str) -> Iterator[Fault]:
    if len(set(ids)) == len(ids):
        return
    for key, count in Counter(ids).items():
        if count > 1:
            yield Fault(
                "duplicate_id",
                Text("{count} {kind} have the id {key}", count=count, kind=kind, key=key),
                f"/{kind}/{ids.index(key)}/id",
            )


def _external_faults(plan: Plan) -> Iterator[Fault]:
    for number, external in enumerate(plan.external):
        name, where = f"{external.plan}/{external.activity}", f"/external/{number}"
        bad = [
            f
            for at in (external.start, external.finish)
            for f in _bad_instant(at, Text("a date of {name}", name=name), where)
        ]
        yield from bad
        if not bad and external.finish < external.start:
            yield Fault("finish_before_start", Text("{name} finishes before it starts", name=name), where)


def activity_faults(
    plan: Plan, calendars: frozenset[str], number: int, activity: Activity, as_stated: bool
) -> Iterator[Fault]:
    """Faults of one activity; `calendars` are the ids of the plan's, `number` is its place in the plan.

    `as_stated` takes progress whose parts contradict each other.
    """
    name, pointer = activity.id, f"/activities/{number}"
    if not 0 <= activity.duration_s <= LONGEST_S:
        yield Fault(
            "bad_duration",
            Text(
                "the duration of {name} is {duration_s!r}; it has to be whole seconds up to a century",
                name=name,
                duration_s=activity.duration_s,
            ),
            f"{pointer}/duration_s",
        )
    if not 0 <= activity.levelling_delay_s <= LONGEST_S:
        yield Fault(
            "bad_delay",
            Text("the levelling delay of {name} is negative", name=name),
            f"{pointer}/levelling_delay_s",
        )
    if activity.calendar is not None and activity.calendar not in calendars:
        detail = Text("calendar {calendar} of {name} is not there", calendar=activity.calendar, name=name)
        yield Fault("unknown_calendar", detail, f"{pointer}/calendar")
    yield from _bad_instant(
        activity.deadline, Text("the deadline of {name}", name=name), f"{pointer}/deadline"
    )
    yield from _bad_instant(
        activity.planned_start, Text("the planned start of {name}", name=name), f"{pointer}/planned_start"
    )
    yield from _bad_instant(
        activity.planned_finish, Text("the planned finish of {name}", name=name), f"{pointer}/planned_finish"
    )
    yield from _manual_faults(activity, pointer)
    yield from _constraint_faults(activity, pointer)
    yield from _progress_faults(plan, activity, f"{pointer}/progress", as_stated)


def _manual_faults(activity: Activity, pointer: str) -> Iterator[Fault]:
    """The dates of a manual activity are kept, so they have to be dates that can be."""
    start, finish = activity.planned_start, activity.planned_finish
    if activity.manual and start and finish and _naive(start, finish) and finish < start:
        detail = Text(
            "{id} is scheduled by hand to finish on {finish}, before it starts on {start}",
            id=activity.id,
            finish=finish,
            start=start,
        )
        yield Fault("finish_before_start", detail, f"{pointer}/planned_finish")


def _naive(*instants: datetime) -> bool:
    return all(at.tzinfo is None for at in instants)


def _constraint_faults(activity: Activity, pointer: str) -> Iterator[Fault]:
    if len(activity.constraints) > 2:
        yield Fault(
            "too_many_constraints", Text("{id} has more than two", id=activity.id), f"{pointer}/constraints"
        )
    for number, constraint in enumerate(activity.constraints):
        where = f"{pointer}/constraints/{number}"
        yield from _one_constraint(activity, constraint, where)


def _one_constraint(activity: Activity, constraint: Constraint, where: str) -> Iterator[Fault]:
    if (constraint.on is None) != (constraint.kind in UNDATED):
        verb = Text("needs a") if constraint.on is None else Text("takes no")
        yield Fault(
            "bad_constraint",
            Text("constraint {kind} of {id} {verb} date", kind=constraint.kind, id=activity.id, verb=verb),
            where,
        )
    elif activity.kind == ActivityKind.LEVEL_OF_EFFORT and constraint.kind != ConstraintKind.ASAP:
        detail = Text("{id} is a level of effort: its dates come from what it spans", id=activity.id)
        yield Fault("bad_constraint", detail, where)
    elif activity.kind == ActivityKind.SUMMARY and constraint.kind not in ON_SUMMARIES:
        detail = Text(
            "{id} is a summary: it can only start no earlier or finish no later than a date", id=activity.id
        )
        yield Fault("bad_constraint", detail, where)
    yield from _bad_instant(constraint.on, Text("the constraint date of {id}", id=activity.id), where)


def _progress_faults(plan: Plan, activity: Activity, where: str, as_stated: bool) -> Iterator[Fault]:
    progress, name = activity.progress, activity.id
    instants = (progress.actual_start, progress.actual_finish, progress.stopped_at, progress.resumes_at)
    bad = [
        fault
        for at in instants
        for fault in _bad_instant(at, Text("an actual date of {name}", name=name), where)
    ]
    yield from bad
    percentages = (progress.percent_complete, progress.physical_percent or 0.0)
    if not all(isfinite(percent) and 0 <= percent <= 100 for percent in percentages):
        yield Fault(
            "bad_percent",
            Text(
                "{name} is {percent_complete} % complete",
                name=name,
                percent_complete=progress.percent_complete,
            ),
            where,
        )
    remaining = progress.remaining_s
    if remaining is not None and not 0 <= remaining <= LONGEST_S:
        detail = Text(
            "the remaining duration of {name} is {remaining}; it has to be whole seconds",
            name=name,
            remaining=remaining,
        )
        yield Fault("bad_remaining", detail, where)
    if not bad:
        yield from _history_faults(activity, progress, where)
        if not as_stated:
            yield from _contradictions(plan, activity, progress, where)


def _history_faults(activity: Activity, progress: Progress, where: str) -> Iterator[Fault]:
    start, finish, name = progress.actual_start, progress.actual_finish, activity.id
    if activity.kind in SPANNING:
        return
    if start and finish and finish < start:
        yield Fault(
            "finish_before_start",
            Text(
                "{name} finished on {finish}, before it started on {start}",
                name=name,
                finish=finish,
                start=start,
            ),
            where,
        )
    if finish and progress.remaining_s:
        yield Fault(
            "finished_with_work_remaining",
            Text("{name} is finished but has work remaining", name=name),
            where,
        )


def _contradictions(plan: Plan, activity: Activity, progress: Progress, where: str) -> Iterator[Fault]:
    """What of the progress some schedulers refuse and others take as it is stated."""
    start, finish, name = progress.actual_start, progress.actual_finish, activity.id
    if activity.kind in SPANNING:
        return
    if start is None and (finish is not None or progress.percent_complete > 0):
        yield Fault(
            "progress_without_start", Text("{name} has progress but no actual start", name=name), where
        )
    for at in (start, finish):
        if at and plan.data_date and at > plan.data_date:
            detail = Text(
                "{name} has an actual date, {at}, after the data date {data_date}",
                name=name,
                at=at,
                data_date=plan.data_date,
            )
            yield Fault("actual_after_data_date", detail, where)


def dependency_faults(number: int, dependency: Dependency, ends_exist: bool) -> Iterator[Fault]:
    """Faults of one link; `ends_exist` says whether both its activities are there."""
    where = f"/dependencies/{number}"
    link = f"{dependency.predecessor} -> {dependency.successor}"
    if not ends_exist:
        yield Fault(
            "unknown_activity",
            Text("the link {link} points at an activity that is not there", link=link),
            where,
        )
    lag = dependency.lag
    if not isfinite(lag.percent) or abs(lag.percent) > 10_000:
        yield Fault(
            "bad_lag",
            Text("the lag of {link} is not a number that means something", link=link),
            f"{where}/lag",
        )
    elif abs(lag.seconds) > LONGEST_S:
        yield Fault("bad_lag", Text("the lag of {link} is longer than a century", link=link), f"{where}/lag")


def baseline_faults(baseline: Baseline) -> Iterator[Fault]:
    """Faults of the dates that a schedule is held against."""
    for number, row in enumerate(baseline.activities):
        where = f"/baseline/activities/{number}"
        yield from _bad_instant(
            row.start, Text("the agreed start of {activity}", activity=row.activity), f"{where}/start"
        )
        yield from _bad_instant(
            row.finish, Text("the agreed finish of {activity}", activity=row.activity), f"{where}/finish"
        )


def _bad_instant(at: date | datetime | None, what: str, where: str) -> Iterator[Fault]:
    if isinstance(at, datetime) and at.tzinfo is not None:
        yield Fault(
            "aware_datetime", Text("{what} has a time zone; a plan is in local time", what=what), where
        )
    elif at is not None and not HORIZON_YEARS < at.year <= 9999 - HORIZON_YEARS:
        yield Fault(
            "date_out_of_range",
            Text("{what} is {at}, too far from today's calendar", what=what, at=at),
            where,
        )


def parent_faults(plan: Plan, by_id: Mapping[str, Activity]) -> Iterator[Fault]:
    """Faults of the work breakdown: parents that are missing, no summaries, their own descendants, too deep."""
    levels: dict[str | None, int] = {}
    for number, activity in enumerate(plan.activities):
        path: dict[str, None] = {}
        key: str | None = activity.id
        while key is not None and key not in levels:
            if key in path:
                loop = " -> ".join([*list(path)[list(path).index(key) :], key])
                yield Fault(
                    "parent_cycle",
                    Text("activities contain each other: {loop}", loop=loop),
                    f"/activities/{number}/parent",
                )
                break
            path[key] = None
            child, key = key, by_id[key].parent
            if key is not None and (key not in by_id or by_id[key].kind != ActivityKind.SUMMARY):
                wrong = Text("is not there") if key not in by_id else Text("is not a summary")
                detail = Text("{key}, the parent of {child}, {wrong}", key=key, child=child, wrong=wrong)
                yield Fault("bad_parent", detail, f"/activities/{number}/parent")
                break
        level = levels.get(key, 0)
        for inside in reversed(path):
            level += 1
            levels[inside] = level
        if level > MOST_LEVELS:
            detail = Text(
                "{id} lies {level} levels deep; at most {most_levels} are allowed",
                id=activity.id,
                level=level,
                most_levels=MOST_LEVELS,
            )
            yield Fault("too_deep", detail, f"/activities/{number}/parent")

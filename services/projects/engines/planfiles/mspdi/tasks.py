"""Tasks: identity, place in the outline, dates, constraints, progress, work and cost."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from services.projects.engines.planfiles.mspdi.links import (
    DAYS,
    ELAPSED_DAYS,
    is_elapsed,
    path_of,
    path_text,
    unit_of,
)
from services.projects.engines.planfiles.mspdi.outline import MAX_LEVEL
from services.projects.engines.planfiles.mspdi.values import (
    LAG_UNIT_S,
    build_element,
    duration,
    duration_text,
    flag,
    flag_text,
    instant,
    instant_text,
    money,
    money_text,
    nearest,
    number,
    text,
    whole,
    wrong,
)
from services.projects.engines.planfiles.safexml import Element
from services.projects.engines.planning.plan import (
    Activity,
    ActivityKind,
    Constraint,
    ConstraintKind,
    ExternalActivity,
    Progress,
)
from shared.base.texts import Text

_CONSTRAINTS = (
    ConstraintKind.ASAP,
    ConstraintKind.ALAP,
    ConstraintKind.MSO,
    ConstraintKind.MFO,
    ConstraintKind.SNET,
    ConstraintKind.SNLT,
    ConstraintKind.FNET,
    ConstraintKind.FNLT,
)
"""By the format's ConstraintType, 0 to 7."""

_UNDATED = (ConstraintKind.ASAP, ConstraintKind.ALAP)
_OF_STARTS = (ConstraintKind.SNET, ConstraintKind.SNLT, ConstraintKind.MSO)
_DAY_STARTS, _DAY_FINISHES = time(8), time(17)
"""Where a whole day is given, the format's default start and finish times stand for it."""


@dataclass(frozen=True, slots=True)
class Row:
    """A task's place in the outline: the UIDs of itself and its parent, and whether others stand below it."""

    element: Element
    uid: str
    parent: str | None
    leads: bool


def rows_of(tasks: Sequence[Element]) -> Iterator[Row]:
    """The outline of tasks in document order, by their levels; raises Invalid for a UID given twice."""
    above: list[tuple[int, str]] = []
    known_uids: set[str] = set()
    levels = [_level(task) for task in tasks]
    for index, (task, level) in enumerate(zip(tasks, levels, strict=True)):
        uid = text(task, "UID")
        if uid is None:
            raise wrong(task, "has no UID", code="no_uid", member="UID")
        if uid in known_uids:
            raise wrong(task, "stands twice in the file", code="duplicate_uid", member="UID")
        known_uids.add(uid)
        while above and above[-1][0] >= level:
            above.pop()
        yield Row(
            task, uid, above[-1][1] if above else None, level < (levels[index + 1 : index + 2] or [0])[0]
        )
        above.append((level, uid))


def _level(task: Element) -> int:
    level = whole(task, "OutlineLevel")
    if level is None:
        level = 1
    if not 0 <= level <= MAX_LEVEL:
        raise wrong(
            task,
            Text("OutlineLevel is {level}, not 1 to {max_level}", level=level, max_level=MAX_LEVEL),
            member="OutlineLevel",
        )
    return level


# --- reading ------------------------------------------------------------------------------------------------


def activity_from(row: Row, parent: str | None, calendar: str | None, custom: Mapping[str, str]) -> Activity:
    """The activity of a task, its UID as id; `parent` and `calendar` are ids of the plan."""
    task = row.element
    manual = flag(task, "Manual")
    length = duration(task, "Duration") or 0
    return Activity(
        id=row.uid,
        name=task.texts.get("Name", ""),
        duration_s=length,
        kind=_kind(row, length),
        parent=parent,
        calendar=calendar,
        constraints=_constraints(task),
        deadline=instant(task, "Deadline"),
        progress=_progress(task, length),
        elapsed=is_elapsed(unit_of(task, "DurationFormat")),
        manual=manual,
        active=text(task, "Active") is None or flag(task, "Active"),
        planned_start=(instant(task, "ManualStart") if manual else None) or instant(task, "Start"),
        planned_finish=(instant(task, "ManualFinish") if manual else None) or instant(task, "Finish"),
        levelling_delay_s=(whole(task, "LevelingDelay") or 0) * LAG_UNIT_S,
        priority=_or(whole(task, "Priority"), 500),
        wbs=task.texts.get("WBS", ""),
        estimated=flag(task, "Estimated"),
        effort_driven=flag(task, "EffortDriven"),
        work_s=duration(task, "Work"),
        actual_work_s=duration(task, "ActualWork"),
        fixed_cost=money(task, "FixedCost"),
        cost=money(task, "Cost"),
        actual_cost=money(task, "ActualCost"),
        notes=task.texts.get("Notes", ""),
        custom=custom,
    )


def _or(value: int | None, default: int) -> int:
    return default if value is None else value


def _kind(row: Row, length: int) -> ActivityKind:
    """A milestone that takes time is only marked as one, and is a task to the schedule."""
    if row.leads or flag(row.element, "Summary"):
        return ActivityKind.SUMMARY
    return ActivityKind.MILESTONE if flag(row.element, "Milestone") and not length else ActivityKind.TASK


def _constraints(task: Element) -> tuple[Constraint, ...]:
    code = whole(task, "ConstraintType") or 0
    if not 0 <= code < len(_CONSTRAINTS):
        raise wrong(task, Text("ConstraintType is {code}, not 0 to 7", code=code), member="ConstraintType")
    kind = _CONSTRAINTS[code]
    if kind is ConstraintKind.ASAP:
        return ()
    if kind is ConstraintKind.ALAP:
        return (Constraint(kind),)
    if (on := instant(task, "ConstraintDate")) is None:
        raise wrong(
            task, Text("has a {kind} constraint without a ConstraintDate", kind=kind), member="ConstraintDate"
        )
    return (Constraint(kind, on),)


def _progress(task: Element, length: int) -> Progress:
    started, finished = instant(task, "ActualStart"), instant(task, "ActualFinish")
    remaining = duration(task, "RemainingDuration")
    goes_without_saying = _remaining(length, started=started is not None, finished=finished is not None)
    return Progress(
        actual_start=started,
        actual_finish=finished,
        remaining_s=None if remaining == goes_without_saying else remaining,
        percent_complete=_percent(task, "PercentComplete") or 0.0,
        physical_percent=_percent(task, "PhysicalPercentComplete") or None,
        stopped_at=instant(task, "Stop"),
        resumes_at=instant(task, "Resume"),
    )


def _percent(task: Element, name: str) -> float | None:
    percent = number(task, name)
    if percent is not None and not 0 <= percent <= 100:
        raise wrong(
            task, Text("{name} is {percent:g}, not 0 to 100", name=name, percent=percent), member=name
        )
    return percent


def external_from(task: Element) -> ExternalActivity | None:
    """The published dates a stand-in for another project's task carries; None where it carries none."""
    start, finish = instant(task, "Start"), instant(task, "Finish")
    if start is None or finish is None:
        return None
    return ExternalActivity(*place_of(task), start, finish, task.texts.get("Name", ""))


def place_of(stand_in: Element) -> tuple[str, str]:
    """Plan and id of the activity a task stands for."""
    return path_of(stand_in.texts.get("ExternalTaskProject", ""))


# --- writing ------------------------------------------------------------------------------------------------


def task_element(each: Activity, uid: int, row: int, level: int, calendar_uid: int) -> Element:
    """The task of an activity, without its links, baselines and custom values."""
    progress = each.progress
    constraint = each.constraints[0] if each.constraints else Constraint(ConstraintKind.ASAP)
    length = duration_text(each.duration_s)
    remaining = progress.remaining_s
    if remaining is None:
        started, finished = progress.actual_start is not None, progress.actual_finish is not None
        remaining = _remaining(each.duration_s, started=started, finished=finished)
    return build_element(
        "Task",
        UID=uid,
        ID=row,
        Name=each.name,
        Active=flag_text(each.active),
        Manual=flag_text(each.manual),
        IsNull=0,
        WBS=each.wbs or None,
        OutlineLevel=level,
        Priority=each.priority,
        Start=instant_text(each.planned_start),
        Finish=instant_text(each.planned_finish),
        Duration=length,
        ManualStart=instant_text(each.planned_start) if each.manual else None,
        ManualFinish=instant_text(each.planned_finish) if each.manual else None,
        ManualDuration=length if each.manual else None,
        DurationFormat=(ELAPSED_DAYS if each.elapsed else DAYS),
        Work=duration_text(each.work_s),
        Stop=instant_text(progress.stopped_at),
        Resume=instant_text(progress.resumes_at),
        EffortDriven=flag_text(each.effort_driven),
        Estimated=flag_text(each.estimated),
        Milestone=flag_text(each.kind == ActivityKind.MILESTONE),
        Summary=flag_text(each.kind == ActivityKind.SUMMARY),
        FixedCost=money_text(each.fixed_cost),
        PercentComplete=nearest(progress.percent_complete),
        Cost=money_text(each.cost),
        ActualStart=instant_text(progress.actual_start),
        ActualFinish=instant_text(progress.actual_finish),
        ActualCost=money_text(each.actual_cost),
        ActualWork=duration_text(each.actual_work_s),
        RemainingDuration=duration_text(remaining),
        ConstraintType=_CONSTRAINTS.index(constraint.kind),
        CalendarUID=calendar_uid,
        ConstraintDate=_day_text(constraint.on, starts=constraint.kind in _OF_STARTS),
        Deadline=_day_text(each.deadline, starts=False),
        LevelingDelay=nearest(each.levelling_delay_s, LAG_UNIT_S),
        LevelingDelayFormat=ELAPSED_DAYS,
        Notes=each.notes or None,
        PhysicalPercentComplete=nearest(progress.physical_percent or 0),
    )


def _remaining(length: int, *, started: bool, finished: bool) -> int | None:
    """The remaining duration that says nothing: none of what is finished, all of what has not begun."""
    return 0 if finished else None if started else length


def _day_text(on: date | datetime | None, *, starts: bool) -> str | None:
    if on is None or isinstance(on, datetime):
        return instant_text(on)
    return instant_text(datetime.combine(on, _DAY_STARTS if starts else _DAY_FINISHES))


def stand_in_element(each: ExternalActivity | tuple[str, str], uid: int, row: int) -> Element:
    """The task that stands for another project's activity, known with its dates or by plan and id only."""
    if isinstance(each, ExternalActivity):
        dates = {"Name": each.name, "Start": instant_text(each.start), "Finish": instant_text(each.finish)}
        plan, activity = each.plan, each.activity
    else:
        dates, (plan, activity) = {}, each
    return build_element(
        "Task",
        UID=uid,
        ID=row,
        **dates,
        IsNull=0,
        OutlineLevel=1,
        ExternalTask=1,
        ExternalTaskProject=path_text(plan, activity, uid),
    )

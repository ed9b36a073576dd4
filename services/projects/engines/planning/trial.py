"""A trial: a plan as callers write it is scheduled, and nothing of it is kept."""

import re
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from services.projects.engines.planning import trial_shapes as shapes
from services.projects.engines.planning.conventions import DEFAULTS, MICROSOFT_PROJECT
from services.projects.engines.planning.plan import (
    NO_LAG,
    NOT_STARTED,
    OFFICE_WEEK,
    Activity,
    ActivityKind,
    Calendar,
    CalendarException,
    Constraint,
    ConstraintKind,
    DayHours,
    Dependency,
    DependencyKind,
    Lag,
    Plan,
    Progress,
    PublicHolidays,
    shift,
)
from services.projects.engines.planning.result import ScheduledActivity
from services.projects.engines.planning.scheduling import Schedule, schedule
from shared.base.computation import Computation, Report, pointing_at
from shared.base.exact import refused

OFFICE = "office hours"
"""The calendar of a plan that names none; no caller's key can be longer than 100 characters, so it is told apart."""
_CLOCK = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]|24:00")
MEMBERS = {
    "id": "key",
    "duration_s": "duration_minutes",
    "calendar": "calendar_key",
    "parent": "parent_key",
    "deadline": "deadline_on",
    "base": "base_key",
    "data_date": "data_at",
    "start": "starts_on",
    "finish_by": "finish_by_on",
    "progress": "percent_complete",
}
"""Members of the engine's plan, by what callers call them: faults point at those."""


def check(trial: shapes.ScheduleTrial) -> None:
    """Refuse what cannot be scheduled: the passes are quick, what takes long is to list their dates."""
    _scheduled(trial)


def run(trial: shapes.ScheduleTrial, report: Report) -> shapes.ScheduleTrialResult:
    """Schedule it; Invalid names the activities where that cannot be."""
    return result_of(_scheduled(trial), ZoneInfo(trial.time_zone), report)


def _scheduled(trial: shapes.ScheduleTrial) -> Schedule:
    conventions = MICROSOFT_PROJECT if trial.conventions == "microsoft_project" else DEFAULTS
    plan = plan_of(trial)
    with pointing_at(MEMBERS):
        return schedule(plan, conventions)


TRIAL = Computation(shapes.ScheduleTrial, shapes.ScheduleTrialResult, run, check)


def plan_of(trial: shapes.ScheduleTrial) -> Plan:
    """The engine's plan; Invalid where a member means nothing."""
    zone = zone_of(trial.time_zone)
    calendars = [_calendar(one, f"/calendars/{i}") for i, one in enumerate(trial.calendars)]
    if trial.calendar_key is None:
        calendars.append(Calendar(OFFICE, week=OFFICE_WEEK))
    return Plan(
        id="trial",
        start=datetime.combine(trial.starts_on, time.min),
        activities=tuple(_activity(one, zone) for one in trial.activities),
        dependencies=tuple(_dependency(one) for one in trial.dependencies),
        calendars=tuple(calendars),
        calendar=OFFICE if trial.calendar_key is None else trial.calendar_key,
        data_date=local(trial.data_at, zone),
        finish_by=trial.finish_by_on,
    )


def zone_of(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ValueError, KeyError, OSError) as error:
        raise refused("time_zone", "it is no zone of the IANA database", "/time_zone") from error


def local(at: datetime | None, zone: ZoneInfo) -> datetime | None:
    return None if at is None else at.astimezone(zone).replace(tzinfo=None)


def _calendar(one: shapes.TrialCalendar, at: str) -> Calendar:
    week = OFFICE_WEEK
    if one.week is not None:
        week = tuple(_hours(day.shifts, f"{at}/week/{i}/shifts") for i, day in enumerate(one.week))
    exceptions = [
        CalendarException(
            e.first_on, e.last_on or e.first_on, _hours(e.shifts, f"{at}/exceptions/{i}/shifts")
        )
        for i, e in enumerate(one.exceptions)
    ]
    holidays = None if one.holidays is None else PublicHolidays(one.holidays.country, one.holidays.region)
    return Calendar(one.key, week=week, exceptions=tuple(exceptions), holidays=holidays, base=one.base_key)


def _hours(shifts: tuple[shapes.TrialShift, ...], at: str) -> DayHours:
    for i, each in enumerate(shifts):
        for name in ("starts", "ends"):
            if not _CLOCK.fullmatch(getattr(each, name)):
                raise refused("value_error", "a time of day is written 08:00", f"{at}/{i}/{name}")
    return tuple(shift(each.starts, each.ends) for each in shifts)


def _activity(one: shapes.TrialActivity, zone: ZoneInfo) -> Activity:
    return Activity(
        id=one.key,
        name=one.name,
        duration_s=one.duration_minutes * 60,
        kind=ActivityKind(one.kind),
        parent=one.parent_key,
        calendar=one.calendar_key,
        constraints=tuple(
            Constraint(ConstraintKind(c.kind), local(c.at, zone) if c.on is None else c.on)
            for c in one.constraints
        ),
        deadline=one.deadline_on,
        progress=_progress(one, zone),
        elapsed=one.elapsed,
    )


def _progress(one: shapes.TrialActivity, zone: ZoneInfo) -> Progress:
    stated = (one.actual_start_at, one.actual_finish_at, one.remaining_minutes)
    if stated == (None, None, None) and not one.percent_complete:
        return NOT_STARTED
    return Progress(
        actual_start=local(one.actual_start_at, zone),
        actual_finish=local(one.actual_finish_at, zone),
        remaining_s=None if one.remaining_minutes is None else one.remaining_minutes * 60,
        percent_complete=one.percent_complete,
    )


def _dependency(one: shapes.TrialDependency) -> Dependency:
    lag = NO_LAG if one.lag is None else Lag(one.lag.minutes * 60, one.lag.percent, one.lag.elapsed)
    return Dependency(one.from_key, one.to_key, DependencyKind(one.kind.upper()), lag)


def result_of(computed: Schedule, zone: ZoneInfo, report: Report) -> shapes.ScheduleTrialResult:
    rows, count = [], max(1, len(computed.plan.activities))
    for number, row in enumerate(computed.values()):
        rows.append(_row(row, zone))
        report(0.5 + 0.45 * number / count, "listing")
    start, finish = computed.start, computed.finish
    return shapes.ScheduleTrialResult(
        starts_on=start.date(),
        finishes_on=last_day(start, finish),
        starts_at=_instant(start, zone),
        finishes_at=_instant(finish, zone),
        duration_minutes=computed.working_s(start, finish) // 60,
        critical=computed.critical,
        activities=tuple(rows),
        unused=tuple(shapes.TrialUnused(one.what, one.reason) for one in computed.unused),
    )


def last_day(start: datetime, finish: datetime) -> date:
    """What ends at midnight ends with the day before."""
    return (finish - timedelta(microseconds=1)).date() if finish > start else finish.date()


def _instant(local: datetime, zone: ZoneInfo) -> datetime:
    return local.replace(tzinfo=zone).astimezone(ZoneInfo("UTC"))


def _row(row: ScheduledActivity, zone: ZoneInfo) -> shapes.TrialRow:
    return shapes.TrialRow(
        key=row.id,
        starts_on=row.start_on,
        finishes_on=row.finish_on,
        early_start_at=_instant(row.early_start, zone),
        early_finish_at=_instant(row.early_finish, zone),
        late_start_at=None if row.late_start is None else _instant(row.late_start, zone),
        late_finish_at=None if row.late_finish is None else _instant(row.late_finish, zone),
        duration_minutes=row.duration_s // 60,
        remaining_minutes=row.remaining_s // 60,
        total_float_minutes=_minutes(row.total_float_s),
        free_float_minutes=_minutes(row.free_float_s),
        criticality=row.criticality.value,
        percent_complete=round(row.percent_complete, 2),
        no_float=row.no_float,
    )


def _minutes(seconds: int | None) -> int | None:
    """Whole minutes; a float that is negative by less than one counts as one."""
    return None if seconds is None else seconds // 60

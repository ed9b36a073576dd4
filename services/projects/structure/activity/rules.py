"""What holds of activities: a date holds one in one way, a milestone is no work, and progress runs forward."""

from collections.abc import Iterator

from shared.base.errors import Conflict, Fault, Invalid
from shared.base.texts import Text
from shared.contracts.projects.plan import Activity, ActivityProgress, ActivityProgressed, ConstraintKind
from shared.contracts.projects.structure import Calendar, WorkPackage
from shared.domain.acts import ARCHIVE, CREATE, RESTORE
from shared.domain.stages import Act

PROGRESS = "report-progress"
WITHOUT_DATE = (None, ConstraintKind.ASAP, ConstraintKind.ALAP)


def act(deed: str, activity: Activity, before: Activity | None) -> Act:
    """Progress is a measure; to archive or to restore one corrects the record."""
    if deed == CREATE:
        return Act.NEW_CHILD
    if deed in (ARCHIVE, RESTORE):
        return Act.CORRECTION
    return Act.MEASURE if deed == PROGRESS else Act.EDIT


def faults(activity: Activity, at: str = "") -> Iterator[Fault]:
    """What of an activity makes no sense by itself; `at` is where it stands in the request."""
    if activity.milestone and activity.level_of_effort:
        yield Fault("contradiction", "an instant spans nothing", pointer=f"{at}/level_of_effort")
    if activity.milestone and activity.duration_minutes:
        yield Fault("contradiction", "a milestone has no duration", pointer=f"{at}/duration_minutes")
    if (activity.constraint_at is None) is not (activity.constraint_kind in WITHOUT_DATE):
        if activity.constraint_at is None:
            yield Fault("missing", "this constraint has a date", pointer=f"{at}/constraint_at")
        else:
            yield Fault("contradiction", "this constraint has no date", pointer=f"{at}/constraint_at")
    start, finish = activity.actual_start_at, activity.actual_finish_at
    if finish is not None:
        if start is None:
            yield Fault("missing", "what is finished has begun", pointer=f"{at}/actual_start_at")
        elif finish < start:
            yield Fault("before_start", "not before the start", pointer=f"{at}/actual_finish_at")
        if activity.percent_complete != 100:
            yield Fault("contradiction", "what is finished is done", pointer=f"{at}/percent_complete")
        if activity.remaining_minutes:
            yield Fault("contradiction", "nothing remains of it", pointer=f"{at}/remaining_minutes")


def makes_sense(activity: Activity) -> None:
    """All faults are told at once."""
    if wrong := list(faults(activity)):
        raise Invalid("the activity makes no sense", *wrong, code="bad_activity")


def helps_deliver(activity: Activity, package: WorkPackage) -> None:
    if package.project_id != activity.project_id:
        raise Invalid(
            "the work package is of another project",
            Fault("other_project", "another project", pointer="/work_package_id"),
        )


def is_worked_by(activity: Activity, calendar: Calendar) -> None:
    """By a calendar of the organisation, or of its own project."""
    if calendar.project_id not in (None, activity.project_id):
        raise Invalid(
            "the calendar is of another project",
            Fault("other_project", "another project", pointer="/calendar_id"),
        )


def progress(activity: Activity, report: ActivityProgress) -> ActivityProgressed:
    """Take a report over. What is finished is done to 100, and what has begun has a start.

    A later report may take back what was reported too early: less than 100 takes the finish away, 0 the start too.
    What remains is counted anew from the percentage, unless the report states it."""
    if activity.archived_at is not None:
        raise Conflict("the activity is archived", code="archived")
    before, percent = activity.percent_complete, report.percent_complete
    changes = {name: value for name, value in vars(report).items() if value is not None}
    if percent is not None and percent < 100:
        changes.setdefault("actual_finish_at", None)
        changes.setdefault("remaining_minutes", None)
    if percent == 0 and before:
        changes.setdefault("actual_start_at", None)
    if report.actual_finish_at is not None:
        changes = {"percent_complete": 100, "remaining_minutes": None} | changes
    for name, value in changes.items():
        setattr(activity, name, value)
    if activity.percent_complete and activity.actual_start_at is None:
        raise Invalid(
            "progress without a start says nothing of when it will be done",
            Fault("missing", "when it began", pointer="/actual_start_at"),
            code="actual_start_missing",
        )
    if activity.percent_complete == 100 and activity.actual_finish_at is None:
        raise Invalid(
            "what is done has a finish",
            Fault("missing", "when it was done", pointer="/actual_finish_at"),
            code="actual_finish_missing",
        )
    return ActivityProgressed(percent_complete=activity.percent_complete, previous_percent_complete=before)


def needed(name: str, what: str) -> Text:
    """Why an activity cannot be left out of a plan."""
    return Text("{name} is needed by {what}", name=name, what=what)

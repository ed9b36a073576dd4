"""The MSPDI vocabulary: the elements that are read and written, in the order of the format's schema."""

from services.projects.engines.planfiles.planfile import Reason
from services.projects.engines.planfiles.safexml import Shape

ROOT = "Project"
NAMESPACE = "http://schemas.microsoft.com/project"
PROJECT_ROW = "Task[OutlineLevel=0]"
"""The row that stands for the project and rolls its tasks up."""


def _texts(names: str) -> Shape:
    return dict.fromkeys(names.split())


def _many(outer: str, inner: str, shape: Shape) -> Shape:
    return {outer: {inner: shape}}


_PERIOD: Shape = {"TimePeriod": _texts("FromDate ToDate")}
_TIMES = _many("WorkingTimes", "WorkingTime", _texts("FromTime ToTime"))
_WEEK = _many("WeekDays", "WeekDay", {**_texts("DayType DayWorking"), **_PERIOD, **_TIMES})
_EXCEPTIONS = _many(
    "Exceptions",
    "Exception",
    {
        **_texts("EnteredByOccurrences"),
        **_PERIOD,
        **_texts("Occurrences Name Type Period DaysOfWeek MonthItem MonthPosition Month MonthDay DayWorking"),
        **_TIMES,
    },
)
_WORK_WEEKS = _many("WorkWeeks", "WorkWeek", {**_PERIOD, **_texts("Name"), **_WEEK})
_ATTRIBUTE: Shape = {"ExtendedAttribute": _texts("FieldID Value")}

_CALENDAR: Shape = {
    **_texts("UID Name IsBaseCalendar BaseCalendarUID"),
    **_WEEK,
    **_EXCEPTIONS,
    **_WORK_WEEKS,
}
_TASK: Shape = {
    **_texts(
        "UID ID Name Active Manual IsNull WBS OutlineNumber OutlineLevel Priority Start Finish Duration"
        " ManualStart ManualFinish ManualDuration DurationFormat Work Stop Resume EffortDriven Estimated"
        " Milestone Summary ExternalTask ExternalTaskProject FixedCost PercentComplete Cost ActualStart"
        " ActualFinish ActualCost ActualWork RemainingDuration ConstraintType CalendarUID ConstraintDate"
        " Deadline LevelingDelay LevelingDelayFormat Notes PhysicalPercentComplete"
    ),
    "PredecessorLink": _texts("PredecessorUID Type CrossProject CrossProjectName LinkLag LagFormat"),
    **_ATTRIBUTE,
    "Baseline": _texts("Number Start Finish Duration DurationFormat Work Cost"),
}
_RESOURCE: Shape = {
    **_texts(
        "UID ID Name Type IsNull Initials MaterialLabel Code Group EmailAddress MaxUnits StandardRate"
        " StandardRateFormat OvertimeRate OvertimeRateFormat CostPerUse CalendarUID Notes IsGeneric"
        " IsInactive IsCostResource"
    ),
    **_ATTRIBUTE,
}
_ASSIGNMENT: Shape = {
    **_texts(
        "UID TaskUID ResourceUID ActualCost ActualWork Cost Delay Finish Notes OvertimeWork RemainingWork"
        " Start Units Work"
    ),
    **_ATTRIBUTE,
    "Baseline": _texts("Number Start Finish Work Cost"),
}

SHAPE: Shape = {
    **_texts(
        "SaveVersion UID Name GUID Title Company Manager Author ScheduleFromStart StartDate FinishDate"
        " CurrencyCode CalendarUID DefaultStartTime DefaultFinishTime MinutesPerDay MinutesPerWeek"
        " DaysPerMonth StatusDate"
    ),
    **_many("ExtendedAttributes", "ExtendedAttribute", _texts("FieldID FieldName Alias SecondaryPID")),
    **_many("Calendars", "Calendar", _CALENDAR),
    **_many("Tasks", "Task", _TASK),
    **_many("Resources", "Resource", _RESOURCE),
    **_many("Assignments", "Assignment", _ASSIGNMENT),
}

_COMPUTED = _texts(
    "ACWP ActualDuration ActualOvertimeCost ActualOvertimeWork ActualsInSync BCWP BCWS CV CostVariance"
    " Critical EarlyFinish EarlyStart FinishSlack FinishVariance FreeSlack LateFinish LateStart"
    " OverAllocated Overallocated PeakUnits PercentWorkComplete RegularWork RemainingCost"
    " RemainingOvertimeCost RemainingOvertimeWork RemainingWork SV StartSlack StartVariance TotalSlack VAC"
    " WorkVariance"
)


def reason_for(path: str) -> Reason:
    """Why the element at `path` is not taken; simple elements of the project itself are settings."""
    outer, _, name = path.rpartition("/")
    if name in _COMPUTED or name == PROJECT_ROW:
        return Reason.COMPUTED
    return Reason.SETTING if outer == ROOT else Reason.NO_PLACE

"""Resources and their assignments; rates are per hour, whatever unit the format shows them in."""

from collections.abc import Mapping

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
from services.projects.engines.planning.plan import Assignment, Resource, ResourceKind
from shared.base.texts import Text

_KINDS = (ResourceKind.MATERIAL, ResourceKind.WORK, ResourceKind.COST)
"""By the format's Type, 0 to 2; older files write a cost as a material with the flag IsCostResource."""

_PER_HOUR, _PER_UNIT = 2, 8


def resource_from(resource: Element, calendar: str | None, custom: Mapping[str, str]) -> Resource:
    """The resource of one element, its UID as id."""
    units = number(resource, "MaxUnits")
    return Resource(
        id=text(resource, "UID") or "",
        name=resource.texts.get("Name", ""),
        kind=_kind(resource),
        max_units=1.0 if units is None else units,
        calendar=calendar,
        standard_rate=money(resource, "StandardRate", places=0),
        overtime_rate=money(resource, "OvertimeRate", places=0),
        cost_per_use=money(resource, "CostPerUse"),
        unit=resource.texts.get("MaterialLabel", ""),
        initials=resource.texts.get("Initials", ""),
        group=resource.texts.get("Group", ""),
        code=resource.texts.get("Code", ""),
        email=resource.texts.get("EmailAddress", ""),
        generic=flag(resource, "IsGeneric"),
        active=not flag(resource, "IsInactive"),
        notes=resource.texts.get("Notes", ""),
        custom=custom,
    )


def _kind(resource: Element) -> ResourceKind:
    code = whole(resource, "Type")
    if code is not None and not 0 <= code < len(_KINDS):
        raise wrong(resource, Text("Type is {code}, not 0 to 2", code=code), member="Type")
    if flag(resource, "IsCostResource"):
        return ResourceKind.COST
    return ResourceKind.WORK if code is None else _KINDS[code]


def resource_element(each: Resource, uid: int, row: int, calendar_uid: int | None) -> Element:
    """The element of one resource, without its custom values."""
    cost = each.kind == ResourceKind.COST
    rate_format = _PER_UNIT if each.kind == ResourceKind.MATERIAL else _PER_HOUR
    return build_element(
        "Resource",
        UID=uid,
        ID=row,
        Name=each.name,
        Type=_KINDS.index(ResourceKind.MATERIAL if cost else each.kind),
        IsNull=0,
        Initials=each.initials or None,
        MaterialLabel=each.unit or None,
        Code=each.code or None,
        Group=each.group or None,
        EmailAddress=each.email or None,
        MaxUnits=repr(each.max_units),
        StandardRate=money_text(each.standard_rate, places=0),
        StandardRateFormat=rate_format,
        OvertimeRate=money_text(each.overtime_rate, places=0),
        OvertimeRateFormat=rate_format,
        CostPerUse=money_text(each.cost_per_use),
        CalendarUID=calendar_uid,
        Notes=each.notes or None,
        IsGeneric=flag_text(each.generic),
        IsInactive=flag_text(not each.active),
        IsCostResource=flag_text(cost),
    )


def assignment_from(
    assignment: Element, activity: str, resource: str, custom: Mapping[str, str]
) -> Assignment:
    """The assignment of one element, its UID as id; `activity` and `resource` are ids of the plan."""
    units = number(assignment, "Units")
    return Assignment(
        id=text(assignment, "UID") or "",
        activity=activity,
        resource=resource,
        units=1.0 if units is None else units,
        work_s=duration(assignment, "Work"),
        actual_work_s=duration(assignment, "ActualWork"),
        remaining_work_s=duration(assignment, "RemainingWork"),
        overtime_work_s=duration(assignment, "OvertimeWork"),
        start=instant(assignment, "Start"),
        finish=instant(assignment, "Finish"),
        delay_s=(whole(assignment, "Delay") or 0) * LAG_UNIT_S,
        cost=money(assignment, "Cost"),
        actual_cost=money(assignment, "ActualCost"),
        notes=assignment.texts.get("Notes", ""),
        custom=custom,
    )


def assignment_element(each: Assignment, uid: int, task_uid: int, resource_uid: int) -> Element:
    """The element of one assignment, without its baselines and custom values."""
    return build_element(
        "Assignment",
        UID=uid,
        TaskUID=task_uid,
        ResourceUID=resource_uid,
        ActualCost=money_text(each.actual_cost),
        ActualWork=duration_text(each.actual_work_s),
        Cost=money_text(each.cost),
        Delay=nearest(each.delay_s, LAG_UNIT_S),
        Finish=instant_text(each.finish),
        Notes=each.notes or None,
        OvertimeWork=duration_text(each.overtime_work_s),
        RemainingWork=duration_text(each.remaining_work_s),
        Start=instant_text(each.start),
        Units=repr(each.units),
        Work=duration_text(each.work_s),
    )

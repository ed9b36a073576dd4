"""Calendars: weekly hours, exceptions with their recurrence, and alternative work weeks."""

from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime, time
from itertools import pairwise

from services.projects.engines.planfiles.mspdi.values import (
    build_element,
    clock,
    clock_text,
    flag,
    flag_text,
    instant,
    instant_text,
    text,
    whole,
    wrong,
)
from services.projects.engines.planfiles.safexml import Element
from services.projects.engines.planning.plan import (
    DAY_S,
    OFFICE_DAY,
    OFFICE_WEEK,
    Calendar,
    CalendarException,
    DayHours,
    Frequency,
    Recurrence,
    Shift,
    WeekHours,
    WorkWeek,
)
from shared.base.public_holidays import public_holidays
from shared.base.texts import Text

SUNDAY, SATURDAY = 1, 7
"""DayType counts the days of the week from Sunday; 0 is a dated exception, as it was before 2007."""

_DAILY, _YEARLY, _YEARLY_POSITION, _MONTHLY, _MONTHLY_POSITION, _WEEKLY, _EVERY_DAYS = range(1, 8)
_EVERY_DAY, _WORKDAYS, _WEEKEND = tuple(range(7)), (0, 1, 2, 3, 4), (5, 6)
_ITEM_SUNDAY = 3
_LAST = 5


def calendar_from(
    calendar: Element, base: str | None, skipped: Counter[str], *, bereft: bool = False
) -> Calendar:
    """The calendar of one element, its UID as id; recurrences a plan cannot state go to `skipped`.

    A calendar that is `bereft` of its base works the format's usual hours on the days it does not name.
    """
    dated = calendar.all("Exceptions", "Exception")
    if not dated:
        dated = [day for day in calendar.all("WeekDays", "WeekDay") if whole(day, "DayType") == 0]
    exceptions = [_exception(each, skipped) for each in dated]
    week = _week(calendar.all("WeekDays", "WeekDay"))
    if bereft:
        week = tuple(usual if own is None else own for own, usual in zip(week, OFFICE_WEEK, strict=True))
    return Calendar(
        id=text(calendar, "UID") or "",
        name=calendar.texts.get("Name", ""),
        week=week,
        exceptions=tuple(each for each in exceptions if each),
        work_weeks=tuple(_work_week(each) for each in calendar.all("WorkWeeks", "WorkWeek")),
        base=base,
    )


def calendar_element(calendar: Calendar, uid: int, base_uid: int, years: range) -> Element:
    """The element of one calendar; public holidays become exceptions, one for each of them in the `years`."""
    element = build_element(
        "Calendar",
        UID=uid,
        Name=calendar.name,
        IsBaseCalendar=flag_text(calendar.base is None),
        BaseCalendarUID=base_uid,
    )
    element.children["WeekDays"] = [_holder("WeekDays", "WeekDay", _week_days(calendar.week))]
    if exceptions := [*calendar.exceptions, *_holidays(calendar, years)]:
        dated = [_exception_element(each) for each in exceptions]
        element.children["Exceptions"] = [_holder("Exceptions", "Exception", dated)]
    if calendar.work_weeks:
        weeks = [_work_week_element(each) for each in calendar.work_weeks]
        element.children["WorkWeeks"] = [_holder("WorkWeeks", "WorkWeek", weeks)]
    return element


def _holidays(calendar: Calendar, years: range) -> list[CalendarException]:
    """The public holidays as exceptions, but for days that another exception has settled."""
    if calendar.holidays is None:
        return []
    settled = [each for each in calendar.exceptions if each.recurrence is None]
    of = calendar.holidays
    dates = sorted(day for year in years for day in public_holidays(of.country, of.region, year))
    return [
        CalendarException(day, day, name="Public holiday")
        for day in dates
        if not any(each.first <= day <= each.last for each in settled)
    ]


# --- hours --------------------------------------------------------------------------------------------------


def _week(days: Iterable[Element]) -> WeekHours:
    week: list[DayHours | None] = [None] * 7
    for day in days:
        kind = whole(day, "DayType")
        if kind is None or not 0 <= kind <= SATURDAY:
            raise wrong(
                day, Text("DayType is {kind}, not 1 (Sunday) to 7 (Saturday)", kind=kind), member="DayType"
            )
        if kind:
            week[(kind - SUNDAY - 1) % 7] = _hours(day)
    return tuple(week)


def _hours(day: Element) -> DayHours:
    """A working day that names no times has the format's usual ones, 8 to 12 and 13 to 17."""
    if not flag(day, "DayWorking"):
        return ()
    shifts = [
        Shift(clock(each, "FromTime"), clock(each, "ToTime") or DAY_S)
        for each in day.all("WorkingTimes", "WorkingTime")
        if each.texts
    ]
    ordered = all(each.end_s <= following.start_s for each, following in pairwise(shifts))
    if not ordered or any(each.start_s >= each.end_s for each in shifts):
        raise wrong(day, "working times are not in order, or end before they start", member="WorkingTimes")
    return tuple(shifts) or OFFICE_DAY


def _week_days(week: WeekHours) -> list[Element]:
    by_type = {(index + 1) % 7 + SUNDAY: shifts for index, shifts in enumerate(week)}
    days = []
    for kind, shifts in sorted(by_type.items()):
        if shifts is not None:
            day = build_element("WeekDay", DayType=kind)
            _put_hours(day, shifts)
            days.append(day)
    return days


def _put_hours(day: Element, shifts: DayHours) -> None:
    day.texts["DayWorking"] = flag_text(bool(shifts))
    if shifts:
        times = [
            build_element("WorkingTime", FromTime=clock_text(each.start_s), ToTime=clock_text(each.end_s))
            for each in shifts
        ]
        day.children["WorkingTimes"] = [_holder("WorkingTimes", "WorkingTime", times)]


def _holder(outer: str, inner: str, elements: list[Element]) -> Element:
    return Element(outer, 0, children={inner: elements})


# --- periods, exceptions, work weeks ------------------------------------------------------------------------


def _days(element: Element) -> tuple[date, date]:
    period = next(iter(element.all("TimePeriod")), element)
    first, last = instant(period, "FromDate"), instant(period, "ToDate")
    if first is None or last is None or last < first:
        raise wrong(element, "has no TimePeriod from a day to the same or a later one", member="TimePeriod")
    return first.date(), last.date()


def _period(first: date, last: date) -> Element:
    return build_element(
        "TimePeriod",
        FromDate=instant_text(datetime.combine(first, time())),
        ToDate=instant_text(datetime.combine(last, time(23, 59))),
    )


def _work_week(element: Element) -> WorkWeek:
    first, last = _days(element)
    return WorkWeek(first, last, _week(element.all("WeekDays", "WeekDay")), element.texts.get("Name", ""))


def _work_week_element(each: WorkWeek) -> Element:
    element = build_element("WorkWeek", Name=each.name)
    element.children["TimePeriod"] = [_period(each.first, each.last)]
    element.children["WeekDays"] = [_holder("WeekDays", "WeekDay", _week_days(each.week))]
    return element


def _exception(element: Element, skipped: Counter[str]) -> CalendarException | None:
    first, last = _days(element)
    kind = whole(element, "Type") or _DAILY
    if not _DAILY <= kind <= _EVERY_DAYS:
        skipped[f"Project/Calendars/Calendar/Exceptions/Exception[Type={kind}]"] += 1
        return None
    name = element.texts.get("Name", "")
    return CalendarException(first, last, _hours(element), name, _recurrence(element, kind))


def _exception_element(each: CalendarException) -> Element:
    element = build_element("Exception", EnteredByOccurrences=0, Name=each.name, Type=_DAILY)
    element.children["TimePeriod"] = [_period(each.first, each.last)]
    if each.recurrence:
        element.texts.update(_recurrence_texts(each.recurrence))
    else:
        element.texts["Occurrences"] = str((each.last - each.first).days + 1)
    _put_hours(element, each.shifts)
    return element


# --- recurrence ---------------------------------------------------------------------------------------------


def _recurrence(element: Element, kind: int) -> Recurrence | None:
    interval = max(whole(element, "Period") or 1, 1)
    if kind in (_DAILY, _EVERY_DAYS):
        return Recurrence(Frequency.DAILY, interval) if interval > 1 else None
    if kind == _WEEKLY:
        mask = whole(element, "DaysOfWeek") or 0
        weekdays = tuple(sorted((bit - 1) % 7 for bit in range(7) if mask >> bit & 1))
        return Recurrence(Frequency.WEEKLY, interval, weekdays)
    frequency = Frequency.YEARLY if kind in (_YEARLY, _YEARLY_POSITION) else Frequency.MONTHLY
    month = (whole(element, "Month") or 0) + 1 if frequency is Frequency.YEARLY else None
    if kind in (_YEARLY, _MONTHLY):
        return Recurrence(frequency, interval, month_day=whole(element, "MonthDay") or 1, month=month)
    position = (whole(element, "MonthPosition") or 0) + 1
    weekdays = _item_weekdays(whole(element, "MonthItem") or 0)
    return Recurrence(frequency, interval, weekdays, position=position, month=month)


def _item_weekdays(item: int) -> tuple[int, ...]:
    """MonthItem is 0 any day, 1 a working weekday, 2 a day of the weekend, 3 Sunday to 9 Saturday."""
    groups = (_EVERY_DAY, _WORKDAYS, _WEEKEND)
    return groups[item] if 0 <= item < len(groups) else ((item - _ITEM_SUNDAY - 1) % 7,)


def _weekdays_item(weekdays: tuple[int, ...]) -> int:
    groups = {_EVERY_DAY: 0, _WORKDAYS: 1, _WEEKEND: 2}
    return groups.get(weekdays, (weekdays[0] + 1) % 7 + _ITEM_SUNDAY if weekdays else 0)


def _recurrence_texts(recurrence: Recurrence) -> dict[str, str]:
    yearly = recurrence.frequency == Frequency.YEARLY
    texts = {"Type": _recurrence_type(recurrence), "Period": recurrence.interval}
    if recurrence.frequency == Frequency.WEEKLY:
        texts["DaysOfWeek"] = sum(1 << (day + 1) % 7 for day in recurrence.weekdays)
    elif recurrence.position is not None:
        texts["MonthItem"] = _weekdays_item(recurrence.weekdays)
        texts["MonthPosition"] = min(recurrence.position, _LAST) - 1
    elif recurrence.month_day is not None:
        texts["MonthDay"] = recurrence.month_day
    if yearly:
        texts["Month"] = (recurrence.month or 1) - 1
    return {name: str(value) for name, value in texts.items()}


def _recurrence_type(recurrence: Recurrence) -> int:
    if recurrence.frequency == Frequency.DAILY:
        return _EVERY_DAYS
    if recurrence.frequency == Frequency.WEEKLY:
        return _WEEKLY
    by_position = recurrence.position is not None
    if recurrence.frequency == Frequency.MONTHLY:
        return _MONTHLY_POSITION if by_position else _MONTHLY
    return _YEARLY_POSITION if by_position else _YEARLY

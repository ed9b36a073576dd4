"""Working time: weeks, part days, exceptions, recurrences, base calendars, public holidays."""

from datetime import date, datetime
from itertools import permutations

import pytest

from services.projects.engines.planning import Schedule, schedule
from services.projects.engines.planning.calendar import DayBook, strikes
from services.projects.engines.planning.plan import (
    OFFICE_DAY,
    OFFICE_WEEK,
    Activity,
    Calendar,
    CalendarException,
    Dependency,
    Frequency,
    Plan,
    PublicHolidays,
    Recurrence,
    WorkWeek,
    days,
    hours,
    shift,
)
from services.projects.engines.planning.timeline import CalendarTimeline, instant, moment
from shared.base.errors import Invalid

MORNING = (shift("08:00", "12:00"),)


def one_task(length: int, *calendars: Calendar, start: datetime = datetime(2026, 6, 1)) -> Schedule:
    task = Activity("task", duration_s=length)
    return schedule(Plan("p", start, (task,), calendars=calendars, calendar=calendars[0].id))


def test_a_task_begins_with_the_first_shift_and_skips_lunch_nights_and_weekends() -> None:
    row = one_task(hours(38), Calendar("office"))["task"]
    assert (row.early_start, row.early_finish) == (datetime(2026, 6, 1, 8), datetime(2026, 6, 5, 15))


def test_a_successor_of_friday_evening_starts_on_monday_morning() -> None:
    tasks = (Activity("a", duration_s=days(5)), Activity("b", duration_s=hours(1)), Activity("done"))
    links = (Dependency("a", "b"), Dependency("a", "done"))
    plan = schedule(Plan("p", datetime(2026, 6, 1), tasks, links, (Calendar("office"),), "office"))
    assert plan["a"].early_finish == plan["done"].early_start == datetime(2026, 6, 5, 17)
    assert plan["b"].early_start == datetime(2026, 6, 8, 8)


def test_part_days_hold_less_work() -> None:
    calendar = Calendar("short fridays", week=(*OFFICE_WEEK[:4], MORNING, (), ()))
    assert one_task(days(5), calendar)["task"].early_finish == datetime(2026, 6, 8, 12)


def test_shifts_may_run_into_the_next_day() -> None:
    night = Calendar("night", week=((shift("00:00", "06:00"), shift("22:00", "24:00")),) * 7)
    row = one_task(hours(8), night, start=datetime(2026, 6, 1, 12))["task"]
    assert (row.early_start, row.early_finish) == (datetime(2026, 6, 1, 22), datetime(2026, 6, 2, 6))


def test_exceptions_close_days_and_open_weekends() -> None:
    closed = CalendarException(date(2026, 6, 2), date(2026, 6, 3), name="move")
    opened = CalendarException(date(2026, 6, 6), date(2026, 6, 6), OFFICE_DAY)
    row = one_task(days(4), Calendar("office", exceptions=(closed, opened)))["task"]
    assert row.finish_on == date(2026, 6, 6)


def struck(recurrence: Recurrence, first: date, last: date) -> list[int]:
    """The days of June 2026 that a recurring exception strikes."""
    exception = CalendarException(first, last, recurrence=recurrence)
    return [day for day in range(1, 31) if strikes(exception, date(2026, 6, day))]


@pytest.mark.parametrize(
    ("weekdays", "expected"),
    [((6,), [14, 28]), ((0,), [15, 29]), ((5, 6), [6, 14, 20, 28]), ((), [3, 17]), ((2,), [3, 17])],
)
def test_every_second_week_counts_from_sunday(weekdays: tuple[int, ...], expected: list[int]) -> None:
    """From Wednesday 3 June: its week began on Sunday 31 May, the next but one on 14 June."""
    rule = Recurrence(Frequency.WEEKLY, 2, weekdays)
    assert struck(rule, date(2026, 6, 3), date(2026, 12, 31)) == expected


def test_an_exception_that_begins_on_a_sunday_begins_a_week() -> None:
    rule = Recurrence(Frequency.WEEKLY, 3, (0, 6))
    assert struck(rule, date(2026, 6, 7), date(2026, 12, 31)) == [7, 8, 28, 29]


def test_each_week_is_each_week_wherever_it_begins() -> None:
    assert struck(Recurrence(Frequency.WEEKLY, 1, (6, 0)), date(2026, 6, 3), date(2026, 6, 22)) == [
        7,
        8,
        14,
        15,
        21,
        22,
    ]


TUESDAY = date(2026, 6, 9)
YEAR = (date(2026, 1, 1), date(2026, 12, 31))
BY_KIND = {
    "single": CalendarException(TUESDAY, TUESDAY, (shift("08:00", "09:00"),)),
    "span": CalendarException(TUESDAY, date(2026, 6, 20), (shift("08:00", "10:00"),)),
    "yearly": CalendarException(
        *YEAR, (shift("08:00", "11:00"),), recurrence=Recurrence(Frequency.YEARLY, 1, month_day=9, month=6)
    ),
    "monthly": CalendarException(
        *YEAR, (shift("08:00", "12:00"),), recurrence=Recurrence(Frequency.MONTHLY, 1, month_day=9)
    ),
    "weekly": CalendarException(
        *YEAR, (shift("08:00", "13:00"),), recurrence=Recurrence(Frequency.WEEKLY, 1, (1,))
    ),
}


@pytest.mark.parametrize("order", [*permutations(BY_KIND)], ids=" ".join)
def test_of_overlapping_exceptions_their_kind_decides_not_their_order(order: tuple[str, ...]) -> None:
    for count in range(1, 6):
        there = [BY_KIND[kind] for kind in order[:count]]
        strongest = next(kind for kind in BY_KIND if kind in order[:count])
        book = DayBook(Calendar("office", exceptions=tuple(there)))
        assert book.hours(TUESDAY) == BY_KIND[strongest].shifts


def test_a_daily_recurrence_is_as_strong_as_a_span() -> None:
    daily = CalendarException(TUESDAY, date(2026, 6, 20), (), recurrence=Recurrence(Frequency.DAILY, 2))
    for there in permutations((daily, BY_KIND["weekly"], BY_KIND["yearly"])):
        assert DayBook(Calendar("office", exceptions=there)).hours(TUESDAY) == ()


def test_of_one_kind_the_first_decides() -> None:
    other = CalendarException(TUESDAY, TUESDAY)
    book = DayBook(Calendar("office", exceptions=(BY_KIND["single"], other)))
    assert book.hours(TUESDAY) == BY_KIND["single"].shifts


def test_a_recurrence_of_a_single_day_still_has_to_strike_it() -> None:
    monday = CalendarException(TUESDAY, TUESDAY, recurrence=Recurrence(Frequency.WEEKLY, 1, (0,)))
    assert DayBook(Calendar("office", exceptions=(monday,))).hours(TUESDAY) == OFFICE_DAY


def test_lists_serve_as_well_as_tuples() -> None:
    closed = CalendarException(date(2026, 6, 2), date(2026, 6, 2))
    calendar = Calendar("mornings", week=[[shift("08:00", "12:00")]] * 5 + [[], []], exceptions=[closed])  # type: ignore[arg-type]
    row = one_task(hours(8), calendar)["task"]
    assert row.early_finish == datetime(2026, 6, 3, 12)


def test_a_work_week_replaces_the_week_between_its_dates() -> None:
    summer = WorkWeek(date(2026, 6, 2), date(2026, 6, 3), (MORNING,) * 7)
    assert one_task(days(2), Calendar("office", work_weeks=(summer,)))["task"].finish_on == date(2026, 6, 3)


def test_a_calendar_takes_from_its_base_what_it_does_not_say() -> None:
    base = Calendar("base", exceptions=(CalendarException(date(2026, 6, 2), date(2026, 6, 2)),))
    own = Calendar("own", week=(MORNING, *(None,) * 6), base="base")
    row = one_task(hours(12), own, base)["task"]
    assert row.early_finish == datetime(2026, 6, 3, 17)


@pytest.mark.parametrize(
    ("country", "region", "holiday", "working"),
    [
        ("CH", "GE", date(2026, 9, 10), date(2026, 9, 21)),
        ("CH", "VD", date(2026, 9, 21), date(2026, 9, 10)),
        ("FR", None, date(2026, 7, 14), date(2026, 8, 3)),
        ("US", None, date(2026, 7, 3), date(2026, 7, 14)),
    ],
)
def test_public_holidays_are_those_of_the_country_and_region(
    country: str, region: str | None, holiday: date, working: date
) -> None:
    book = DayBook(Calendar("c", holidays=PublicHolidays(country, region)))
    assert book.hours(holiday) == ()
    assert book.hours(working) == OFFICE_DAY


def test_an_exception_can_work_on_a_public_holiday() -> None:
    worked = CalendarException(date(2026, 7, 14), date(2026, 7, 14), MORNING)
    book = DayBook(Calendar("c", exceptions=(worked,), holidays=PublicHolidays("FR")))
    assert book.hours(date(2026, 7, 14)) == MORNING


def test_holidays_of_nowhere_are_refused() -> None:
    for where in (PublicHolidays("XX"), PublicHolidays("CH", "NOWHERE")):
        with pytest.raises(Invalid, match="no public holidays are known") as refusal:
            one_task(days(2), Calendar("c", holidays=where))
        assert refusal.value.code == "unknown_holidays"


@pytest.mark.parametrize(
    ("rule", "struck"),
    [
        (
            Recurrence(Frequency.DAILY, 10),
            [date(2026, 1, 1), date(2026, 1, 11), date(2026, 1, 21), date(2026, 1, 31)],
        ),
        (Recurrence(Frequency.WEEKLY, 2, (4,)), [date(2026, 1, 2), date(2026, 1, 16), date(2026, 1, 30)]),
        (
            Recurrence(Frequency.MONTHLY, month_day=31),
            [date(2026, 1, 31), date(2026, 3, 31), date(2026, 5, 31)],
        ),
        (Recurrence(Frequency.MONTHLY, 3, (0,), position=1), [date(2026, 1, 5), date(2026, 4, 6)]),
        (Recurrence(Frequency.YEARLY, 1, (3,), position=5, month=5), [date(2026, 5, 28)]),
        (Recurrence(Frequency.YEARLY, month_day=1, month=5), [date(2026, 5, 1)]),
    ],
)
def test_recurring_exceptions_strike_on_their_days(rule: Recurrence, struck: list[date]) -> None:
    last = {Frequency.DAILY: date(2026, 2, 1), Frequency.WEEKLY: date(2026, 2, 5)}
    exception = CalendarException(
        date(2026, 1, 1), last.get(rule.frequency, date(2026, 6, 30)), recurrence=rule
    )
    every_day = (
        date.fromordinal(n) for n in range(date(2025, 12, 1).toordinal(), date(2026, 8, 1).toordinal())
    )
    assert [day for day in every_day if strikes(exception, day)] == struck


def test_working_time_and_instants_are_each_others_inverse_far_before_and_after() -> None:
    line = CalendarTimeline(DayBook(Calendar("office")), instant(datetime(2026, 6, 1)))
    for work in range(-hours(8 * 900), hours(8 * 2000), hours(1) + 977):
        assert line.work_at(line.finish_at(work)) == line.work_at(line.start_at(work)) == work
        assert line.start_by(line.start_at(work)) == work
        assert line.finish_at(work) <= line.start_at(work)


def test_a_calendar_without_work_is_refused_quickly() -> None:
    idle = Calendar("idle", week=((),) * 7)
    with pytest.raises(Invalid, match="calendar idle has too little working time") as refusal:
        one_task(days(1), idle)
    assert refusal.value.code == "calendar_exhausted"


def test_a_calendar_that_runs_dry_is_refused() -> None:
    week = CalendarException(date(2026, 6, 1), date(2026, 6, 5), OFFICE_DAY)
    dry = Calendar("dry", week=((),) * 7, exceptions=(week,))
    assert one_task(days(4), dry)["task"].finish_on == date(2026, 6, 4)
    with pytest.raises(Invalid, match="calendar dry"):
        one_task(days(6), dry)


def test_a_day_ends_before_the_next_begins() -> None:
    row = one_task(hours(48), Calendar("always", week=((shift("00:00", "24:00"),),) * 7))["task"]
    assert (row.start_on, row.finish_on) == (date(2026, 6, 1), date(2026, 6, 2))
    assert moment(instant(row.early_finish)) == datetime(2026, 6, 3)

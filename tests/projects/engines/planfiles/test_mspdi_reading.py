"""What the elements of MSPDI mean, on documents written by hand."""

from datetime import date, datetime

import pytest

from services.projects.engines.planfiles import PlanFile, Reason, read_mspdi
from services.projects.engines.planning import schedule
from services.projects.engines.planning.plan import (
    OFFICE_DAY,
    ActivityKind,
    Dependency,
    ExternalActivity,
    Frequency,
    Lag,
    Recurrence,
    Shift,
    shift,
)

MONDAY = datetime(2026, 6, 1, 8)


def read(*parts: str) -> PlanFile:
    """The plan of a project that starts on Monday and holds these parts."""
    inside = "".join(["<StartDate>2026-06-01T08:00:00</StartDate>", *parts])
    return read_mspdi(f'<Project xmlns="http://schemas.microsoft.com/project">{inside}</Project>'.encode())


def tasks(*each: str) -> str:
    return f"<Tasks>{''.join(f'<Task>{inside}</Task>' for inside in each)}</Tasks>"


def calendar(inside: str, uid: int = 1, base: bool = True) -> str:
    return f"<Calendar><UID>{uid}</UID><IsBaseCalendar>{int(base)}</IsBaseCalendar>{inside}</Calendar>"


# --- tasks --------------------------------------------------------------------------------------------------


def test_levels_make_the_outline_and_whoever_leads_is_a_summary() -> None:
    plan = read(
        tasks(
            "<UID>1</UID><OutlineLevel>1</OutlineLevel>",
            "<UID>2</UID><OutlineLevel>2</OutlineLevel>",
            "<UID>3</UID><OutlineLevel>3</OutlineLevel>",
            "<UID>4</UID><OutlineLevel>2</OutlineLevel><Milestone>1</Milestone>",
            "<UID>5</UID><OutlineLevel>1</OutlineLevel>",
        )
    ).plan
    assert [(each.id, each.parent, each.kind) for each in plan.activities] == [
        ("1", None, ActivityKind.SUMMARY),
        ("2", "1", ActivityKind.SUMMARY),
        ("3", "2", ActivityKind.TASK),
        ("4", "1", ActivityKind.MILESTONE),
        ("5", None, ActivityKind.TASK),
    ]


def test_a_marked_task_that_takes_time_is_a_task() -> None:
    plan = read(tasks("<UID>1</UID><Milestone>1</Milestone><Duration>PT8H0M0S</Duration>")).plan
    assert plan.activities[0].kind is ActivityKind.TASK


@pytest.mark.parametrize(
    ("duration", "unit", "seconds", "elapsed"),
    [
        ("PT8H0M0S", 7, 28_800, False),
        ("PT7H30M0S", 39, 27_000, False),
        ("PT48H0M0S", 8, 172_800, True),
        ("PT48H0M0S", 40, 172_800, True),
        ("P2D", 8, 172_800, True),
        ("PT90M", 5, 5_400, False),
        ("PT0H0M59.6S", 3, 60, False),
        ("PT8H0M0S", 53, 28_800, False),
    ],
)
def test_durations_are_working_or_elapsed_seconds(
    duration: str, unit: int, seconds: int, elapsed: bool
) -> None:
    inside = f"<UID>1</UID><Duration>{duration}</Duration><DurationFormat>{unit}</DurationFormat>"
    activity = read(tasks(inside)).plan.activities[0]
    assert (activity.duration_s, activity.elapsed) == (seconds, elapsed)


@pytest.mark.parametrize(
    ("lag", "unit", "expected"),
    [
        (4800, 7, Lag(8 * 3600)),
        (-600, 5, Lag(-3600)),
        (14400, 8, Lag(86_400, elapsed=True)),
        (4800, 39, Lag(8 * 3600)),
        (50, 19, Lag(percent=50)),
        (-25, 20, Lag(percent=-25, elapsed=True)),
        (50, 51, Lag(percent=50)),
        (0, 53, Lag()),
    ],
)
def test_lags_are_tenths_of_minutes_or_percents(lag: int, unit: int, expected: Lag) -> None:
    link = f"<PredecessorUID>1</PredecessorUID><LinkLag>{lag}</LinkLag><LagFormat>{unit}</LagFormat>"
    plan = read(tasks("<UID>1</UID>", f"<UID>2</UID><PredecessorLink>{link}</PredecessorLink>")).plan
    assert plan.dependencies == (Dependency("1", "2", lag=expected),)


def test_a_manual_task_keeps_the_dates_typed_for_it() -> None:
    inside = (
        "<UID>1</UID><Manual>1</Manual><Start>2026-06-08T08:00:00</Start>"
        "<ManualStart>2026-06-09T08:00:00</ManualStart>"
    )
    activity = read(tasks(inside)).plan.activities[0]
    assert activity.manual
    assert activity.planned_start == datetime(2026, 6, 9, 8)


def test_blank_rows_and_the_row_of_the_project_are_no_activities_but_are_listed() -> None:
    read_plan = read(
        tasks(
            "<UID>0</UID><OutlineLevel>0</OutlineLevel><Duration>PT8H0M0S</Duration><Notes>Mind!</Notes>",
            "<UID>1</UID><IsNull>1</IsNull>",
            "<UID>2</UID><OutlineLevel>1</OutlineLevel>",
        )
    )
    assert [(each.id, each.parent) for each in read_plan.plan.activities] == [("2", None)]
    assert [(each.path, each.reason) for each in read_plan.not_taken] == [
        ("Project/Tasks/Task[IsNull=1]", Reason.NO_PLACE),
        ("Project/Tasks/Task[OutlineLevel=0]", Reason.COMPUTED),
        ("Project/Tasks/Task[OutlineLevel=0]/Notes", Reason.NO_PLACE),
    ]


def test_a_stand_in_for_another_projects_task_is_external_and_its_links_name_that_project() -> None:
    stand_in = (
        "<UID>9</UID><Name>Dig</Name><ExternalTask>1</ExternalTask>"
        r"<ExternalTaskProject>C:\plans\harbour.mpp\12</ExternalTaskProject>"
        "<Start>2026-06-01T08:00:00</Start><Finish>2026-06-05T17:00:00</Finish>"
    )
    link = "<PredecessorLink><PredecessorUID>9</PredecessorUID><Type>1</Type></PredecessorLink>"
    outward = "<PredecessorLink><PredecessorUID>1</PredecessorUID></PredecessorLink>"
    read_plan = read(tasks(stand_in + outward, f"<UID>1</UID>{link}"))
    plan = read_plan.plan
    harbour = r"C:\plans\harbour.mpp"
    assert plan.dependencies == (Dependency("12", "1", predecessor_plan=harbour),)
    assert plan.external == (ExternalActivity(harbour, "12", MONDAY, datetime(2026, 6, 5, 17), "Dig"),)
    assert [each.id for each in plan.activities] == ["1"]
    assert [each.path for each in read_plan.not_taken] == [
        "Project/Tasks/Task[ExternalTask=1]/PredecessorLink"
    ]


def test_a_project_scheduled_from_its_finish_has_to_be_done_by_it() -> None:
    finish = "<FinishDate>2026-09-30T17:00:00</FinishDate>"
    backward = read("<ScheduleFromStart>0</ScheduleFromStart>", finish).plan
    forward = read("<ScheduleFromStart>1</ScheduleFromStart>", finish).plan
    assert (backward.finish_by, forward.finish_by) == (datetime(2026, 9, 30, 17), None)


def test_money_is_counted_in_hundredths_and_rates_in_units() -> None:
    rate = "<StandardRate>80</StandardRate><StandardRateFormat>3</StandardRateFormat>"
    resource = f"<Resource><UID>1</UID>{rate}<CostPerUse>550</CostPerUse></Resource>"
    plan = read(tasks("<UID>1</UID><Cost>123456</Cost>"), f"<Resources>{resource}</Resources>").plan
    assert str(plan.activities[0].cost) == "1234.56"
    assert (str(plan.resources[0].standard_rate), str(plan.resources[0].cost_per_use)) == ("80", "5.50")


def test_work_that_nobody_is_assigned_to_is_listed() -> None:
    assignment = "<Assignment><UID>1</UID><TaskUID>1</TaskUID><ResourceUID>-65535</ResourceUID></Assignment>"
    read_plan = read(tasks("<UID>1</UID>"), f"<Assignments>{assignment}</Assignments>")
    assert read_plan.plan.assignments == ()
    assert [each.path for each in read_plan.not_taken] == [
        "Project/Assignments/Assignment[ResourceUID=-65535]"
    ]


PROJECT_ROW = "<UID>0</UID><OutlineLevel>0</OutlineLevel>"
ADA = "<Resources><Resource><UID>1</UID></Resource></Resources>"


def listed(read_file: PlanFile) -> dict[str, int]:
    return {each.path: each.count for each in read_file.not_taken}


def assignments(*each: tuple[int, int, int]) -> str:
    inside = "".join(
        f"<Assignment><UID>{uid}</UID><TaskUID>{task}</TaskUID><ResourceUID>{resource}</ResourceUID></Assignment>"
        for uid, task, resource in each
    )
    return f"<Assignments>{inside}</Assignments>"


@pytest.mark.parametrize("project_row", [PROJECT_ROW, ""])
def test_work_on_the_projects_own_row_is_left_out_and_listed(project_row: str) -> None:
    rows = [each for each in (project_row, "<UID>1</UID>") if each]
    got = read(tasks(*rows), ADA, assignments((1, 0, 1), (2, 1, 1), (3, 0, 1)))
    assert [each.id for each in got.plan.assignments] == ["2"]
    assert listed(got)["Project/Assignments/Assignment[TaskUID=0]"] == 2


def test_the_projects_own_row_may_have_another_uid() -> None:
    row = "<UID>7</UID><OutlineLevel>0</OutlineLevel>"
    got = read(tasks(row, "<UID>1</UID>"), ADA, assignments((1, 7, 1)))
    assert (got.plan.assignments, listed(got)["Project/Assignments/Assignment[TaskUID=7]"]) == ((), 1)


def test_a_task_whose_uid_is_0_is_a_task() -> None:
    got = read(tasks("<UID>0</UID><OutlineLevel>1</OutlineLevel>"), ADA, assignments((1, 0, 1)))
    assert [(each.activity, each.resource) for each in got.plan.assignments] == [("0", "1")]


def test_a_link_from_the_projects_own_row_is_left_out_and_listed() -> None:
    link = "<PredecessorLink><PredecessorUID>0</PredecessorUID></PredecessorLink>"
    got = read(tasks(PROJECT_ROW, f"<UID>1</UID>{link}"))
    assert got.plan.dependencies == ()
    assert listed(got)["Project/Tasks/Task/PredecessorLink[PredecessorUID=0]"] == 1


@pytest.mark.parametrize("uid", [-65533, -65534, -2])
def test_a_uid_below_zero_stands_for_nothing_that_is_in_the_file(uid: int) -> None:
    base = f"<BaseCalendarUID>{uid}</BaseCalendarUID>"
    got = read(
        "<CalendarUID>1</CalendarUID>",
        f"<Calendars>{calendar(base, base=False)}</Calendars>",
        tasks(f"<UID>1</UID><CalendarUID>{uid}</CalendarUID><Duration>PT16H0M0S</Duration>"),
        ADA.replace("</UID>", f"</UID><CalendarUID>{uid}</CalendarUID>"),
        assignments((1, 1, uid), (2, uid, 1)),
    )
    assert {path: count for path, count in listed(got).items() if str(uid) in path} == {
        f"Project/Calendars/Calendar[BaseCalendarUID={uid}]": 1,
        f"Project/Tasks/Task[CalendarUID={uid}]": 1,
        f"Project/Resources/Resource[CalendarUID={uid}]": 1,
        f"Project/Assignments/Assignment[ResourceUID={uid}]": 1,
        f"Project/Assignments/Assignment[TaskUID={uid}]": 1,
    }
    assert schedule(got.plan)["1"].early_finish == datetime(2026, 6, 2, 17)


def test_a_calendar_whose_base_is_in_no_file_keeps_the_days_it_names() -> None:
    monday = "<WeekDays><WeekDay><DayType>2</DayType><DayWorking>0</DayWorking></WeekDay></WeekDays>"
    inside = f"<BaseCalendarUID>-65533</BaseCalendarUID>{monday}"
    got = read(f"<Calendars>{calendar(inside, base=False)}</Calendars>").plan.calendars[0]
    assert got.week == ((), *(OFFICE_DAY,) * 4, (), ())


def test_two_assignments_of_one_resource_to_one_task_are_two() -> None:
    got = read(tasks("<UID>1</UID>"), ADA, assignments((1, 1, 1), (2, 1, 1)))
    assert [each.id for each in got.plan.assignments] == ["1", "2"]


def test_a_custom_value_is_known_by_its_alias() -> None:
    definition = "<FieldID>188743731</FieldID><FieldName>Text1</FieldName><Alias>Cost centre</Alias>"
    value = "<ExtendedAttribute><FieldID>188743731</FieldID><Value>4711</Value></ExtendedAttribute>"
    plan = read(
        f"<ExtendedAttributes><ExtendedAttribute>{definition}</ExtendedAttribute></ExtendedAttributes>",
        tasks(f"<UID>1</UID>{value}"),
    ).plan
    assert plan.activities[0].custom == {"Cost centre": "4711"}


def test_an_element_given_twice_counts_once_and_the_second_is_listed() -> None:
    read_plan = read(tasks("<UID>1</UID><Name>Design</Name><Name>Redesign</Name>"))
    assert read_plan.plan.activities[0].name == "Design"
    assert [(each.path, each.count) for each in read_plan.not_taken] == [("Project/Tasks/Task/Name", 1)]


# --- calendars ----------------------------------------------------------------------------------------------


def test_a_week_goes_from_sunday_in_the_file_and_from_monday_in_the_plan() -> None:
    days = (
        "<WeekDay><DayType>1</DayType><DayWorking>0</DayWorking></WeekDay>"
        "<WeekDay><DayType>2</DayType><DayWorking>1</DayWorking></WeekDay>"
        "<WeekDay><DayType>7</DayType><DayWorking>1</DayWorking><WorkingTimes><WorkingTime>"
        "<FromTime>22:00:00</FromTime><ToTime>00:00:00</ToTime></WorkingTime></WorkingTimes></WeekDay>"
    )
    (read_plan,) = read(f"<Calendars>{calendar(f'<WeekDays>{days}</WeekDays>')}</Calendars>").plan.calendars
    assert read_plan.week == (OFFICE_DAY, None, None, None, None, (shift("22:00", "24:00"),), ())


def test_midnight_to_midnight_is_the_whole_day() -> None:
    day = (
        "<WeekDay><DayType>2</DayType><DayWorking>1</DayWorking><WorkingTimes><WorkingTime>"
        "<FromTime>00:00:00</FromTime><ToTime>00:00:00</ToTime></WorkingTime></WorkingTimes></WeekDay>"
    )
    (read_plan,) = read(f"<Calendars>{calendar(f'<WeekDays>{day}</WeekDays>')}</Calendars>").plan.calendars
    assert read_plan.week[0] == (Shift(0, 86_400),)


def test_dated_days_of_the_older_format_are_exceptions() -> None:
    day = (
        "<WeekDay><DayType>0</DayType><DayWorking>0</DayWorking><TimePeriod>"
        "<FromDate>2026-12-24T00:00:00</FromDate><ToDate>2026-12-26T23:59:00</ToDate></TimePeriod></WeekDay>"
    )
    (read_plan,) = read(f"<Calendars>{calendar(f'<WeekDays>{day}</WeekDays>')}</Calendars>").plan.calendars
    (exception,) = read_plan.exceptions
    assert (exception.first, exception.last, exception.shifts) == (date(2026, 12, 24), date(2026, 12, 26), ())


@pytest.mark.parametrize(
    ("pattern", "recurrence"),
    [
        ("<Type>1</Type><Period>1</Period>", None),
        ("<Type>7</Type><Period>3</Period>", Recurrence(Frequency.DAILY, 3)),
        (
            "<Type>6</Type><Period>2</Period><DaysOfWeek>34</DaysOfWeek>",
            Recurrence(Frequency.WEEKLY, 2, (0, 4)),
        ),
        (
            "<Type>4</Type><Period>1</Period><MonthDay>15</MonthDay>",
            Recurrence(Frequency.MONTHLY, month_day=15),
        ),
        (
            "<Type>5</Type><Period>1</Period><MonthItem>3</MonthItem><MonthPosition>4</MonthPosition>",
            Recurrence(Frequency.MONTHLY, weekdays=(6,), position=5),
        ),
        (
            "<Type>5</Type><MonthItem>1</MonthItem><MonthPosition>0</MonthPosition>",
            Recurrence(Frequency.MONTHLY, weekdays=(0, 1, 2, 3, 4), position=1),
        ),
        (
            "<Type>2</Type><Month>11</Month><MonthDay>25</MonthDay>",
            Recurrence(Frequency.YEARLY, month_day=25, month=12),
        ),
        (
            "<Type>3</Type><Month>4</Month><MonthItem>4</MonthItem><MonthPosition>4</MonthPosition>",
            Recurrence(Frequency.YEARLY, weekdays=(0,), position=5, month=5),
        ),
    ],
)
def test_exceptions_come_with_their_recurrence(pattern: str, recurrence: Recurrence | None) -> None:
    period = "<FromDate>2026-01-01T00:00:00</FromDate><ToDate>2028-12-31T23:59:00</ToDate>"
    exception = f"<TimePeriod>{period}</TimePeriod>{pattern}<DayWorking>0</DayWorking>"
    inside = f"<Exceptions><Exception>{exception}</Exception></Exceptions>"
    (read_plan,) = read(f"<Calendars>{calendar(inside)}</Calendars>").plan.calendars
    assert read_plan.exceptions[0].recurrence == recurrence


def test_a_calendar_may_stand_before_its_base() -> None:
    derived = calendar("<BaseCalendarUID>2</BaseCalendarUID>", uid=1, base=False)
    plan = read(f"<Calendars>{derived}{calendar('', uid=2)}</Calendars>").plan
    assert [(each.id, each.base) for each in plan.calendars] == [("1", "2"), ("2", None)]

"""Files that Microsoft Project and Primavera wrote: every one reads, and mpxj finds the same in them."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from services.projects.engines.planfiles import Reason, read_mspdi, read_plan, write_mspdi
from services.projects.engines.planning import MICROSOFT_PROJECT, schedule
from services.projects.engines.planning.plan import DependencyKind, Lag, Plan, ResourceKind, Shift

MSPDI = [
    "assignment-assignments-project2019-mspdi.xml",
    "assignment-flags-project2019-mspdi.xml",
    "assignment-text-project2019-mspdi.xml",
    "calendar-calendars-project2019-mspdi.xml",
    "resource-flags-project2019-mspdi.xml",
    "resource-misc-project2019-mspdi.xml",
    "resource-numbers-project2019-mspdi.xml",
    "resource-text-project2019-mspdi.xml",
    "task-baselines-project2019-mspdi.xml",
    "task-costs-project2019-mspdi.xml",
    "task-dates-project2019-mspdi.xml",
    "task-durations-project2019-mspdi.xml",
    "task-finishes-project2019-mspdi.xml",
    "task-flags-project2019-mspdi.xml",
    "task-links-project2019-mspdi.xml",
    "task-numbers-project2019-mspdi.xml",
    "task-starts-project2019-mspdi.xml",
    "task-text-project2019-mspdi.xml",
    "task-textvalues-project2019-mspdi.xml",
]
THROUGH_MPXJ = [
    "calendar-calendars-project2013-mpp14.mpp",
    "percent-complete-8.4.pmxml",
    "percent-complete-8.4.xer",
    "task-costs-project2013-mpp14.mpp",
    "task-links-project2013-mpp14.mpp",
]

DAY = 8 * 3600


def test_every_plan_file_there_is_one_of_these(plan_files: Path) -> None:
    assert sorted([*MSPDI, *THROUGH_MPXJ]) == sorted(
        each.name for each in plan_files.iterdir() if "LICENSE" not in each.name
    )


@pytest.mark.parametrize("name", MSPDI)
def test_what_project_wrote_reads_back_after_being_written(name: str, plan_files: Path) -> None:
    plan = read_plan(plan_files / name).plan
    assert read_mspdi(write_mspdi(plan)).plan == plan


# --- the same as mpxj ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", MSPDI)
def test_mpxj_finds_the_same_tasks_dates_and_durations(
    name: str, plan_files: Path, mpxj_read: Callable[[bytes], Any]
) -> None:
    project = mpxj_read((plan_files / name).read_bytes())
    theirs = {
        str(task.getUniqueID()): (
            str(task.getName() or ""),
            instant(task.getStart()),
            instant(task.getFinish()),
            working_seconds(task.getDuration()),
            str(task.getParentTask().getUniqueID()),
            instant(task.getActualStart()),
            float(task.getPercentageComplete().doubleValue()),
            bool(task.getEstimated()),
            str(task.getTaskMode()) == "MANUALLY_SCHEDULED",
            str(task.getWBS()),
        )
        for task in project.getTasks()
        if task.getOutlineLevel().intValue() > 0
    }
    plan = read_plan(plan_files / name).plan
    ours = {
        each.id: (
            each.name,
            each.planned_start,
            each.planned_finish,
            each.duration_s,
            each.parent or "0",
            each.progress.actual_start,
            each.progress.percent_complete,
            each.estimated,
            each.manual,
            each.wbs,
        )
        for each in plan.activities
    }
    assert ours == theirs


@pytest.mark.parametrize("name", MSPDI)
def test_mpxj_finds_the_same_links_and_lags(
    name: str, plan_files: Path, mpxj_read: Callable[[bytes], Any]
) -> None:
    project = mpxj_read((plan_files / name).read_bytes())
    theirs = {
        (
            str(link.getPredecessorTask().getUniqueID()),
            str(link.getSuccessorTask().getUniqueID()),
            str(link.getType()),
            working_seconds(link.getLag()),
        )
        for task in project.getTasks()
        for link in task.getPredecessors()
    }
    plan = read_plan(plan_files / name).plan
    ours = {
        (each.predecessor, each.successor, str(each.kind), each.lag.seconds) for each in plan.dependencies
    }
    assert ours == theirs


@pytest.mark.parametrize("name", MSPDI)
def test_mpxj_finds_the_same_resources_and_assignments(
    name: str, plan_files: Path, mpxj_read: Callable[[bytes], Any]
) -> None:
    project = mpxj_read((plan_files / name).read_bytes())
    plan = read_plan(plan_files / name).plan
    assert [
        (
            each.id,
            each.name,
            each.initials,
            each.group,
            each.code,
            each.email,
            each.notes,
            each.kind,
            each.cost_per_use or 0,
        )
        for each in plan.resources
    ] == [
        (
            str(each.getUniqueID()),
            str(each.getName() or ""),
            str(each.getInitials() or ""),
            str(each.getGroup() or ""),
            str(each.getCode() or ""),
            str(each.getEmailAddress() or ""),
            str(each.getNotes() or ""),
            ResourceKind[str(each.getType())],
            Decimal(str(each.getCostPerUse() or 0)),
        )
        for each in project.getResources()
        if each.getUniqueID().intValue()
    ]
    assert [
        (each.activity, each.resource, each.start, each.finish, each.work_s, each.actual_work_s, each.units)
        for each in plan.assignments
    ] == [
        (
            str(each.getTaskUniqueID()),
            str(each.getResourceUniqueID()),
            instant(each.getStart()),
            instant(each.getFinish()),
            working_seconds(each.getWork()),
            working_seconds(each.getActualWork()),
            each.getUnits().doubleValue() / 100,
        )
        for each in project.getResourceAssignments()
        if each.getResource() is not None
    ]


@pytest.mark.parametrize("name", MSPDI)
def test_mpxj_finds_the_same_calendars(
    name: str, plan_files: Path, mpxj_read: Callable[[bytes], Any], java: Any
) -> None:
    project = mpxj_read((plan_files / name).read_bytes())
    days = java.jpype.JPackage("java").time.DayOfWeek.values()
    plan = read_plan(plan_files / name).plan
    theirs = {str(each.getUniqueID()): each for each in project.getCalendars()}
    for each in plan.calendars:
        if each.id in theirs:  # mpxj drops the calendars of resources nobody refers to
            result = theirs[each.id]
            assert (each.base or "None") == str(result.getParentUniqueID())
            week = tuple(
                shifts(result.getCalendarHours(day))
                if str(result.getCalendarDayType(day)) != "DEFAULT"
                else None
                for day in days
            )
            assert each.week == week


def test_mpxj_finds_the_same_baselines(plan_files: Path, mpxj_read: Callable[[bytes], Any]) -> None:
    content = (plan_files / "task-baselines-project2019-mspdi.xml").read_bytes()
    project, plan = mpxj_read(content), read_plan(content).plan
    assert [each.id for each in plan.baselines] == [str(number) for number in range(11)]
    for baseline in plan.baselines:
        number = [int(baseline.id)] if baseline.id != "0" else []
        by_key = {
            (copy.activity, copy.start, copy.finish, copy.duration_s, copy.work_s, copy.cost)
            for copy in baseline.activities
        }
        assert len(by_key) == 8
        assert by_key == {
            (
                str(task.getUniqueID()),
                instant(task.getBaselineStart(*number)),
                instant(task.getBaselineFinish(*number)),
                working_seconds(task.getBaselineDuration(*number)),
                working_seconds(task.getBaselineWork(*number)),
                amount(task.getBaselineCost(*number)),
            )
            for task in project.getTasks()
            if str(task.getUniqueID()) in {each[0] for each in by_key}
        }


def instant(at: Any) -> datetime | None:
    return None if at is None else datetime.fromisoformat(str(at))


def amount(value: Any) -> Decimal | None:
    return None if value is None else Decimal(str(value))


def working_seconds(duration: Any) -> int | None:
    """A duration of mpxj's, in the hours of an eight-hour day."""
    if duration is None:
        return None
    hours = {"m": 1 / 60, "h": 1, "d": 8, "w": 40, "mo": 160}[str(duration.getUnits())]
    seconds: float = duration.getDuration() * hours * 3600
    return round(seconds)


def shifts(hours: Any) -> tuple[Shift, ...]:
    return tuple(
        Shift(each.getStart().toSecondOfDay(), each.getEnd().toSecondOfDay() or 86_400) for each in hours
    )


# --- the engine on them -------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", MSPDI)
def test_the_engine_gives_each_plan_the_dates_project_saved(name: str, plan_files: Path) -> None:
    plan = read_plan(plan_files / name).plan
    computed = schedule(plan, MICROSOFT_PROJECT)
    assert {key: (row.early_start, row.early_finish) for key, row in computed.items()} == saved_dates(plan)


def test_without_being_pinned_the_linked_tasks_fall_on_the_same_dates(plan_files: Path) -> None:
    plan = read_plan(plan_files / "task-links-project2019-mspdi.xml").plan
    assert all(each.manual for each in plan.activities)
    free = replace(plan, activities=tuple(replace(each, manual=False) for each in plan.activities))
    computed = schedule(free, MICROSOFT_PROJECT)
    assert {key: (row.early_start, row.early_finish) for key, row in computed.items()} == saved_dates(plan)


def saved_dates(plan: Plan) -> dict[str, tuple[datetime | None, datetime | None]]:
    return {each.id: (each.planned_start, each.planned_finish) for each in plan.activities}


# --- what the files are known to hold -----------------------------------------------------------------------


@pytest.mark.parametrize("name", ["task-links-project2019-mspdi.xml", "task-links-project2013-mpp14.mpp"])
def test_links_of_every_kind_and_their_lags_are_read(name: str, plan_files: Path, java: Any) -> None:
    plan = read_plan(plan_files / name).plan
    assert len(plan.activities) == 16
    assert [(each.predecessor, each.successor, each.kind, each.lag) for each in plan.dependencies] == [
        ("1", "2", DependencyKind.FS, Lag()),
        ("3", "4", DependencyKind.FS, Lag(1 * DAY)),
        ("5", "6", DependencyKind.FS, Lag(2 * DAY)),
        ("7", "8", DependencyKind.FS, Lag(5 * DAY)),
        ("9", "10", DependencyKind.FS, Lag(10 * DAY)),
        ("11", "12", DependencyKind.SF, Lag(2 * DAY)),
        ("13", "14", DependencyKind.SS, Lag(2 * DAY)),
        ("15", "16", DependencyKind.FF, Lag(2 * DAY)),
    ]


@pytest.mark.parametrize("name", ["percent-complete-8.4.xer", "percent-complete-8.4.pmxml"])
def test_primavera_activities_come_with_duration_progress_and_data_date(
    name: str, plan_files: Path, java: Any
) -> None:
    plan = read_plan(plan_files / name).plan
    activity = next(each for each in plan.activities if each.name == "Duration 25%")
    assert plan.data_date == datetime(2015, 2, 24)
    assert activity.planned_start == datetime(2015, 2, 24, 8)
    assert activity.planned_finish == datetime(2015, 6, 8, 16)
    assert activity.progress.percent_complete == 25
    assert [each.name for each in plan.calendars] == ["Corporate - Standard Full Time"]
    assert len(plan.calendars[0].exceptions) == 24


def test_custom_values_are_known_by_their_field(plan_files: Path) -> None:
    plan = read_plan(plan_files / "task-costs-project2019-mspdi.xml").plan
    assert [each.custom for each in plan.activities] == [{f"Cost{n}": str(n)} for n in range(1, 11)]


def test_what_is_not_taken_is_listed_with_its_count_and_reason(plan_files: Path) -> None:
    read = read_plan(plan_files / "task-links-project2019-mspdi.xml")
    listed = {each.path: (each.count, each.reason) for each in read.not_taken}
    assert listed["Project/Tasks/Task/TotalSlack"] == (17, Reason.COMPUTED)
    assert listed["Project/Views"] == (1, Reason.SETTING)
    assert listed["Project/Tasks/Task/Type"] == (17, Reason.NO_PLACE)
    assert "Project/Tasks/Task/Name" not in listed


@pytest.mark.parametrize("name", THROUGH_MPXJ)
def test_what_comes_through_mpxj_says_what_it_left_behind(name: str, plan_files: Path, java: Any) -> None:
    read = read_plan(plan_files / name)
    assert read_mspdi(write_mspdi(read.plan)).plan == read.plan
    assert {each.path for each in read.not_taken} >= {"Project/FileApplication"}
    assert all(each.count > 0 for each in read.not_taken)


def test_further_projects_of_a_primavera_file_are_listed(plan_files: Path, java: Any) -> None:
    lines = (plan_files / "percent-complete-8.4.xer").read_bytes().split(b"\n")
    table = next(number for number, line in enumerate(lines) if line.split() == [b"%T", b"PROJECT"])
    another = lines[table + 2].replace(b"\t4507\t", b"\t9999\t", 1)
    read = read_plan(b"\n".join([*lines[: table + 3], another, *lines[table + 3 :]]))
    assert len(read.plan.activities) == 13
    assert [each.count for each in read.not_taken if "others in the file" in each.path] == [1]

"""mpxj, which read and writes MSPDI independently, hands every plan back as it was written."""

import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.projects.engines.planfiles import difference, read_mspdi, read_plan, write_mspdi
from services.projects.engines.planning import MICROSOFT_PROJECT, schedule
from services.projects.engines.planning.plan import (
    Activity,
    ActivityKind,
    Assignment,
    Baseline,
    BaselineActivity,
    BaselineAssignment,
    Calendar,
    CalendarException,
    Constraint,
    ConstraintKind,
    Dependency,
    DependencyKind,
    Frequency,
    Lag,
    Plan,
    Progress,
    PublicHolidays,
    Recurrence,
    Resource,
    ResourceKind,
    WorkWeek,
    shift,
)
from shared.base.errors import Invalid

HOUR = 3_600
DAY = 8 * HOUR


def at(day: int, hour: int = 8, month: int = 6) -> datetime:
    return datetime(2026, month, day, hour)


def through_mpxj(plan: Plan, mpxj_read: Callable[[bytes], Any], mpxj_write: Callable[[Any], bytes]) -> Plan:
    return read_mspdi(mpxj_write(mpxj_read(write_mspdi(plan)))).plan


CALENDARS = (
    Calendar(
        "1",
        "Standard",
        exceptions=(
            CalendarException(
                date(2026, 6, 3),
                date(2026, 9, 23),
                name="Every other Wednesday",
                recurrence=Recurrence(Frequency.WEEKLY, 2, (2,)),
            ),
            CalendarException(
                date(2026, 6, 6), date(2026, 6, 6), (shift("09:00", "12:00"),), "Open Saturday"
            ),
            CalendarException(
                date(2026, 6, 26),
                date(2027, 6, 25),
                name="Last Friday of the month",
                recurrence=Recurrence(Frequency.MONTHLY, 1, (4,), position=5),
            ),
            CalendarException(
                date(2026, 7, 15),
                date(2026, 11, 15),
                name="The fifteenth of every other month",
                recurrence=Recurrence(Frequency.MONTHLY, 2, month_day=15),
            ),
            CalendarException(
                date(2026, 8, 1),
                date(2030, 8, 1),
                name="National day",
                recurrence=Recurrence(Frequency.YEARLY, month_day=1, month=8),
            ),
            CalendarException(
                date(2026, 9, 21),
                date(2028, 9, 18),
                name="Monday of the fast",
                recurrence=Recurrence(Frequency.YEARLY, weekdays=(0,), position=3, month=9),
            ),
            CalendarException(
                date(2026, 10, 1),
                date(2026, 10, 31),
                name="Every third day",
                recurrence=Recurrence(Frequency.DAILY, 3),
            ),
            CalendarException(date(2026, 12, 24), date(2027, 1, 1), name="Year's end"),
        ),
        work_weeks=(
            WorkWeek(
                date(2026, 7, 1), date(2026, 8, 31), ((shift("07:00", "13:00"),),) * 5 + ((), ()), "Summer"
            ),
        ),
    ),
    Calendar("2", "Night", week=((shift("00:00", "06:00"), shift("22:00", "24:00")),) * 7),
    Calendar("3", "Anna", week=(None,) * 4 + ((),) + (None,) * 2, base="1"),
    Calendar("4", "Round the clock", week=((shift("00:00", "24:00"),),) * 7),
)

ACTIVITIES = (
    Activity("1", "Phase", 10 * DAY, ActivityKind.SUMMARY, wbs="1"),
    Activity(
        "2",
        'Design <&> "draw"',
        4 * DAY,
        parent="1",
        wbs="1.1",
        constraints=(Constraint(ConstraintKind.SNET, at(3)),),
        progress=Progress(at(3), None, 3 * DAY, 25.0, physical_percent=20.0),
        planned_start=at(3),
        planned_finish=at(8, 17),
        work_s=4 * DAY,
        actual_work_s=DAY,
        cost=Decimal(4000),
        fixed_cost=Decimal("12.5"),
        actual_cost=Decimal(1000),
        notes="First line\nsecond line",
        custom={"Text1": "x", "Cost centre": "4711", "Cost1": "12.5"},
    ),
    Activity(
        "3",
        "Build",
        6 * DAY,
        parent="1",
        wbs="1.2",
        calendar="2",
        priority=700,
        deadline=at(1, 17, month=7),
        estimated=True,
        effort_driven=True,
    ),
    Activity("4", "Burn in", 48 * HOUR, wbs="2", elapsed=True),
    Activity("5", "Go live", kind=ActivityKind.MILESTONE, wbs="3"),
    Activity("6", "By hand", DAY, wbs="4", manual=True, planned_start=at(15), planned_finish=at(15, 17)),
    Activity("7", "Dropped", DAY, wbs="5", active=False),
    Activity("8", "Late", DAY, wbs="6", levelling_delay_s=24 * HOUR),
    Activity("9", "Done", DAY, wbs="7", progress=Progress(at(1), at(1, 17), percent_complete=100.0)),
)

LINKS = (
    Dependency("2", "3", DependencyKind.FS, Lag(2 * DAY)),
    Dependency("2", "4", DependencyKind.SS, Lag(-HOUR)),
    Dependency("3", "4", DependencyKind.FF, Lag(24 * HOUR, elapsed=True)),
    Dependency("3", "5", DependencyKind.SF, Lag(percent=50.0)),
    Dependency("4", "5", DependencyKind.FS, Lag(percent=-25.0, elapsed=True)),
    Dependency("6", "8"),
)

RESOURCES = (
    Resource(
        "1",
        "Anna",
        max_units=0.8,
        calendar="3",
        standard_rate=Decimal(120),
        overtime_rate=Decimal(180),
        cost_per_use=Decimal("5.5"),
        initials="A",
        group="Development",
        code="D1",
        email="anna@example.org",
        notes="Leads",
        custom={"Team": "blue"},
    ),
    Resource("2", "Cable", ResourceKind.MATERIAL, standard_rate=Decimal("2.5"), unit="metre"),
    Resource("3", "Travel", ResourceKind.COST),
)

PLAN = Plan(
    "0a4f5f0e-7d0c-4e55-9c9a-1f2f6d1c9b11",
    at(1),
    ACTIVITIES,
    LINKS,
    CALENDARS,
    "1",
    "Network",
    at(4, 17),
    resources=RESOURCES,
    assignments=(
        Assignment(
            "1",
            "2",
            "1",
            0.5,
            work_s=4 * DAY,
            actual_work_s=DAY,
            remaining_work_s=3 * DAY,
            start=at(3),
            finish=at(8, 17),
            cost=Decimal(4000),
            actual_cost=Decimal(1000),
            notes="half time",
            custom={"Booking": "B-7"},
        ),
    ),
    baselines=(
        Baseline(
            "0",
            activities=(BaselineActivity("2", at(1), at(4, 17), 4 * DAY, 4 * DAY, Decimal(3900)),),
            assignments=(BaselineAssignment("1", at(1), at(4, 17), 4 * DAY, Decimal(3900)),),
        ),
        Baseline("3", activities=(BaselineActivity("3", at(8), at(11, 17), 6 * DAY),)),
    ),
    currency="CHF",
    title="New network",
    author="Lea",
    company="Harbour",
    manager="Max",
)


def bare(*activities: Activity) -> Plan:
    """The plan with other activities, and nothing that refers to activities or resources."""
    return Plan(
        PLAN.id, at(1), activities, calendars=CALENDARS[:2], calendar="1", name="Network", title="Net"
    )


def test_a_plan_of_everything_comes_back_from_mpxj_as_it_was(
    mpxj_read: Callable[[bytes], Any], mpxj_write: Callable[[Any], bytes]
) -> None:
    assert difference(PLAN, through_mpxj(PLAN, mpxj_read, mpxj_write)) == []


@pytest.mark.parametrize("kind", ConstraintKind)
def test_every_kind_of_constraint_comes_back_from_mpxj(
    kind: ConstraintKind, mpxj_read: Callable[[bytes], Any], mpxj_write: Callable[[Any], bytes]
) -> None:
    on = None if kind in (ConstraintKind.ASAP, ConstraintKind.ALAP) else at(9)
    constraints = () if kind is ConstraintKind.ASAP else (Constraint(kind, on),)
    plan = bare(Activity("1", "Design", DAY, wbs="1", constraints=constraints))
    written = write_mspdi(plan)
    names = {"SN": "START_NO_", "FN": "FINISH_NO_", "ET": "EARLIER_THAN", "LT": "LATER_THAN"}
    (task,) = [task for task in mpxj_read(written).getTasks() if task.getName() == "Design"]
    if kind.upper()[:2] in names:
        assert str(task.getConstraintType().name()) == names[kind.upper()[:2]] + names[kind.upper()[2:]]
    assert through_mpxj(plan, mpxj_read, mpxj_write) == plan


def test_what_mspdi_has_no_place_for_comes_back_from_mpxj_too(
    mpxj_read: Callable[[bytes], Any], mpxj_write: Callable[[Any], bytes]
) -> None:
    plan = replace(
        bare(
            Activity("design", duration_s=DAY, wbs="1", custom={f"Field {n}": str(n) for n in range(40)}),
            Activity(
                "care",
                "Care",
                kind=ActivityKind.LEVEL_OF_EFFORT,
                wbs="2",
                constraints=(
                    Constraint(ConstraintKind.SNET, date(2026, 6, 3)),
                    Constraint(ConstraintKind.FNLT, date(2026, 7, 3)),
                ),
            ),
        ),
        id="a plan whose id is longer than sixteen characters",
        dependencies=(Dependency("design", "care", lag=Lag(seconds=61, percent=12.5)),),
        custom={"Sponsor": "Lea"},
    )
    assert difference(plan, through_mpxj(plan, mpxj_read, mpxj_write)) == []


def test_mpxj_understands_each_lag_in_its_own_unit(mpxj_read: Callable[[bytes], Any]) -> None:
    project = mpxj_read(write_mspdi(PLAN))
    lags = {
        (str(link.getPredecessorTask().getUniqueID()), str(link.getSuccessorTask().getUniqueID())): (
            str(link.getType()),
            str(link.getLag()),
        )
        for task in project.getTasks()
        for link in task.getPredecessors()
    }
    assert lags == {
        ("2", "3"): ("FS", "2.0d"),
        ("2", "4"): ("SS", "-0.125d"),
        ("3", "4"): ("FF", "1.0ed"),
        ("3", "5"): ("SF", "50.0%"),
        ("4", "5"): ("FS", "-25.0e%"),
        ("6", "8"): ("FS", "0.0d"),
    }


def test_what_only_primavera_says_is_asked_of_mpxj(
    mpxj_read: Callable[[bytes], Any], java: SimpleNamespace
) -> None:
    project = mpxj_read(write_mspdi(PLAN))
    tasks = {str(task.getName()): task for task in project.getTasks()}
    local = java.jpype.JPackage("java").time.LocalDateTime
    tasks["Burn in"].setActivityType(java.mpxj.ActivityType.LEVEL_OF_EFFORT)
    tasks["Build"].setConstraintType(java.mpxj.ConstraintType.START_NO_EARLIER_THAN)
    tasks["Build"].setConstraintDate(local.of(2026, 6, 9, 8, 0))
    tasks["Build"].setSecondaryConstraintType(java.mpxj.ConstraintType.FINISH_NO_LATER_THAN)
    tasks["Build"].setSecondaryConstraintDate(local.of(2026, 7, 9, 17, 0))
    out = java.io.ByteArrayOutputStream()
    java.mpxj.primavera.PrimaveraXERFileWriter().write(project, out)
    read = read_plan(bytes(out.toByteArray())).plan
    by_key = {each.name: each for each in read.activities}
    assert by_key["Burn in"].kind is ActivityKind.LEVEL_OF_EFFORT
    assert by_key["Build"].constraints == (
        Constraint(ConstraintKind.SNET, at(9)),
        Constraint(ConstraintKind.FNLT, at(9, 17, month=7)),
    )
    assert set(LINKS[:2]) <= set(read.dependencies)


def primavera_file(java: SimpleNamespace, kind: str) -> bytes:
    """A task on which ada works twice, for 24 hours and for 16, and bob once."""
    project = java.mpxj.ProjectFile()
    project.setDefaultCalendar(project.addDefaultBaseCalendar())
    start, finish = (
        java.jpype.JClass("java.time.LocalDateTime").of(2026, 6, d, h, 0) for d, h in ((1, 8), (3, 17))
    )
    project.getProjectProperties().setPlannedStart(start)
    hours, unit = java.mpxj.Duration.getInstance, java.mpxj.TimeUnit.HOURS
    wbs = project.addTask()
    wbs.setName("Plan")
    task = wbs.addTask()
    task.setName("Build")
    task.setPlannedStart(start)
    task.setPlannedFinish(finish)
    task.setStart(start)
    task.setFinish(finish)
    for each in (task.setDuration, task.setPlannedDuration, task.setRemainingDuration):
        each(hours(24, unit))
    for name, work in (("ada", 24), ("ada again", 16), ("bob", 8)):
        resource = project.addResource()
        resource.setName(name)
        assignment = task.addResourceAssignment(resource)
        assignment.setPlannedStart(start)
        assignment.setPlannedFinish(finish)
        for put in (assignment.setWork, assignment.setPlannedWork, assignment.setRemainingWork):
            put(hours(work, unit))
    writers = {
        "xer": java.mpxj.primavera.PrimaveraXERFileWriter,
        "pmxml": java.mpxj.primavera.PrimaveraPMFileWriter,
    }
    out = java.io.ByteArrayOutputStream()
    writers[kind]().write(project, out)
    content = bytes(out.toByteArray())
    if kind == "pmxml":  # the second assignment is of the first resource
        ours = b"<ResourceObjectId>%d</ResourceObjectId>"
        return content.replace(ours % 2, ours % 1)
    lines, table, place = content.decode("cp1252").splitlines(), "", 0
    for number, line in enumerate(lines):
        cells = line.split("\t")
        if cells[0] == "%T":
            table = cells[1]
        elif cells[0] == "%F" and table == "TASKRSRC":
            place = cells.index("rsrc_id")
        elif cells[0] == "%R" and table == "TASKRSRC" and cells[place] == "2":
            cells[place] = "1"
            lines[number] = "\t".join(cells)
    return "\r\n".join(lines).encode("cp1252")


@pytest.mark.parametrize("kind", ["xer", "pmxml"])
def test_two_assignments_of_one_resource_to_one_activity_are_added_up_and_listed(
    kind: str, java: SimpleNamespace
) -> None:
    got = read_plan(primavera_file(java, kind))
    work = {each.resource: (each.work_s, each.remaining_work_s) for each in got.plan.assignments}
    assert work == {"1": (40 * HOUR, 40 * HOUR), "3": (8 * HOUR, 8 * HOUR)}
    assert [each.count for each in got.not_taken if "of one resource to one task" in each.path] == [1]


def test_public_holidays_are_days_off_to_mpxj_and_holidays_again_when_read(
    mpxj_read: Callable[[bytes], Any], java: SimpleNamespace
) -> None:
    worked = CalendarException(date(2026, 8, 1), date(2026, 8, 1), (shift("08:00", "12:00"),), "Open house")
    geneva = Calendar("1", exceptions=(worked,), holidays=PublicHolidays("CH", "GE"))
    plan = Plan("1", at(1), calendars=(geneva,), calendar="1")
    written = write_mspdi(plan)
    (calendar,) = mpxj_read(written).getCalendars()
    local = java.jpype.JPackage("java").time.LocalDate
    assert calendar.isWorkingDate(local.of(2026, 8, 1))
    assert not calendar.isWorkingDate(local.of(2026, 12, 25))
    assert calendar.isWorkingDate(local.of(2026, 12, 24))
    assert read_mspdi(written).plan == plan


@pytest.mark.parametrize(
    "content",
    [
        bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 600,
        b"ERMHDR\t8.4\n%T\tTASK\n%R\t1",
        b'<APIBusinessObjects xmlns="http://xmlns.oracle.com/Primavera/P6/V8/API/BusinessObjects"/>',
    ],
)
def test_a_file_that_only_begins_like_one_is_refused(content: bytes, java: SimpleNamespace) -> None:
    with pytest.raises(Invalid) as caught:
        read_plan(content)
    assert caught.value.code == "unreadable"


def test_pmxml_that_declares_anything_never_reaches_java() -> None:
    with pytest.raises(Invalid) as caught:
        read_plan(
            b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]><APIBusinessObjects>&a;</APIBusinessObjects>'
        )
    assert caught.value.code == "doctype"


WITHOUT = """
import sys
{}
from services.projects.engines.planfiles import read_plan
from shared.base.errors import UnsupportedMediaType
try:
    read_plan(b"ERMHDR\\t8.4")
except UnsupportedMediaType as refusal:
    print(refusal.code, refusal.detail)
"""
NO_MPXJ = 'sys.modules["jpype"] = None'
NO_JAVA = """
import jpype
def nowhere(*_, **__):
    raise jpype.JVMNotFoundException("No JVM shared library file found")
jpype.startJVM = nowhere
"""


@pytest.mark.parametrize("absent", [NO_MPXJ, NO_JAVA])
def test_without_mpxj_or_java_the_refusal_says_what_to_install(absent: str) -> None:
    if absent is NO_JAVA:
        pytest.importorskip("jpype")
    output = subprocess.run(
        [sys.executable, "-W", "error", "-c", WITHOUT.format(absent)],
        capture_output=True,
        text=True,
        check=True,
    )
    assert output.stderr == ""
    assert output.stdout.startswith("mpxj_absent a Primavera XER file is read through mpxj: install Java 11")
    assert "portolan[plans]" in output.stdout


def test_reading_mspdi_starts_no_java_and_loads_no_heavy_library() -> None:
    check = (
        "import sys; from services.projects.engines.planfiles import read_mspdi, write_mspdi;"
        "print(sorted({'jpype', 'mpxj', 'pydantic', 'numpy'} & sys.modules.keys()))"
    )
    output = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=True)
    assert output.stdout.strip() == "[]"


@given(
    st.lists(
        st.tuples(
            st.integers(1, 5),
            st.sampled_from(["", "snet", "fnet", "manual"]),
            st.integers(-40, 40),
            st.lists(st.integers(0, 4), max_size=2, unique=True),
        ),
        min_size=1,
        max_size=5,
    )
)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_mpxjs_scheduler_gives_the_same_dates_to_early_and_manual_tasks(
    java: SimpleNamespace, mpxj_read: Callable[[bytes], Any], drawn: list[tuple[int, str, int, list[int]]]
) -> None:
    """Its imitation of Microsoft Project's scheduler; an FNET date behind links it takes for something else."""
    start, tasks, links = at(1), [], []
    for number, (length, kind, offset, before) in enumerate(drawn):
        on = start + timedelta(offset)
        monday = on - timedelta(on.weekday() if on.weekday() > 4 else 0)
        preceding = [each for each in before if each < number]
        dated = {"snet": monday, "fnet": monday.replace(hour=17)}.get(
            kind if not preceding else "snet" * (kind == "snet")
        )
        constraints = (Constraint(ConstraintKind(kind), dated),) if dated else ()
        by_hand = {"manual": True, "planned_start": on, "planned_finish": on + timedelta(length)}
        tasks.append(
            Activity(
                str(number + 1),
                f"T{number}",
                length * DAY,
                constraints=constraints,
                **(by_hand if kind == "manual" else {}),  # type: ignore[arg-type]
            )
        )
        links += [Dependency(str(each + 1), str(number + 1)) for each in preceding]
    plan = Plan("p", start, tuple(tasks), tuple(links), (Calendar("1", "Standard"),), "1")
    ours = schedule(plan, MICROSOFT_PROJECT)
    project = mpxj_read(write_mspdi(plan))
    moment = java.jpype.JClass("java.time.LocalDateTime").of(2026, 6, 1, 8, 0)
    for each in project.getTasks():
        nothing = java.mpxj.Duration.getInstance(0, java.mpxj.TimeUnit.HOURS)
        each.setActualDuration(nothing)
        each.setRemainingDuration(each.getDuration())
    java.mpxj.cpm.MicrosoftScheduler().schedule(project, moment)
    theirs = {str(each.getUniqueID()): each for each in project.getTasks() if not each.getSummary()}
    assert {key: row.early_start.isoformat()[:16] for key, row in ours.items()} == {
        key: str(theirs[key].getEarlyStart())[:16] for key in ours
    }

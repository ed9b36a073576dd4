"""Files that are damaged, wrong or meant to do harm are refused quickly, naming the culprit."""

import tracemalloc
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from services.projects.engines.planfiles import read_mspdi, read_plan, write_mspdi
from services.projects.engines.planfiles.planfile import MAX_BYTES
from services.projects.engines.planning.plan import (
    Activity,
    ActivityKind,
    Assignment,
    Baseline,
    BaselineActivity,
    Dependency,
    ExternalActivity,
    Plan,
)
from shared.base.errors import Invalid

NAMESPACE = "http://schemas.microsoft.com/project"
BOMB = "".join(
    [
        '<?xml version="1.0"?><!DOCTYPE Project [<!ENTITY a0 "lol">',
        *[f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12)],
        f']><Project xmlns="{NAMESPACE}"><Name>&a11;</Name></Project>',
    ]
)
OUTSIDE = (
    '<!DOCTYPE Project [<!ENTITY secret SYSTEM "file:///etc/hostname">]>'
    f'<Project xmlns="{NAMESPACE}"><Name>&secret;</Name></Project>'
)
ATTRIBUTES = " ".join(f"a{n}='1'" for n in range(300_000))


def document(inside: str = "", tasks: str = "") -> bytes:
    start = "<StartDate>2026-06-01T08:00:00</StartDate>"
    return f'<Project xmlns="{NAMESPACE}">{start}{inside}<Tasks>{tasks}</Tasks></Project>'.encode()


def task(inside: str, uid: int = 1) -> str:
    return f"<Task><UID>{uid}</UID><OutlineLevel>1</OutlineLevel>{inside}</Task>"


def refusal(content: bytes) -> Invalid:
    with pytest.raises(Invalid) as caught:
        read_plan(content)
    return caught.value


@pytest.mark.parametrize(
    "attack", [BOMB, OUTSIDE, f'<!DOCTYPE x SYSTEM "http://example.org/x.dtd">{OUTSIDE[67:]}']
)
def test_a_document_that_declares_anything_is_refused_at_the_declaration(attack: str) -> None:
    assert (
        refusal(attack.encode()).code == "doctype"
    )  # the first refusal loads the sentences, which take memory
    for reader in (read_plan, read_mspdi):
        tracemalloc.start()
        try:
            with pytest.raises(Invalid) as caught:
                reader(attack.encode())
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
        assert caught.value.code == "doctype"
        assert peak < 2_000_000


def test_a_plan_of_fifty_megabytes_is_refused_unread() -> None:
    huge = document(tasks=task("<Name>x</Name>"))
    refused = refusal(huge + b" " * (50_000_000 - len(huge)))
    assert refused.code == "too_large"
    assert f"{MAX_BYTES:,}" in refused.detail
    assert "50,000,000" in refused.detail


@pytest.mark.parametrize(
    ("flood", "code"),
    [
        ("<a>" * 1_000_000, "too_deep"),
        ("<Task/>" * 600_000, "too_many_elements"),
        ("<Task/>" * 50_001, "too_large"),
        ("".join(f"<a{n}/>" for n in range(6_000)), "too_many_unknown"),
        ("<a/>" * 2_000_001, "too_many_elements"),
        (f"<a {ATTRIBUTES}/>", "tag_too_long"),
        (f"<a>{' ' * 3_000_000}</a><!--{'x' * 3_000_000}-->", "tag_too_long"),
    ],
)
def test_floods_of_elements_are_refused_before_they_fill_the_memory(flood: str, code: str) -> None:
    assert refusal(document(tasks=flood)).code == code


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "unknown_format"),
        (b"PK\x03\x04 a zip", "unknown_format"),
        (b"<", "not_well_formed"),
        (b"<!-- nothing -->", "not_well_formed"),
        (b"<html><body/></html>", "wrong_root"),
        (b'<Project xmlns="http://schemas.microsoft.com/developer/msbuild/2003"/>', "wrong_root"),
        (document()[:-10], "not_well_formed"),
        (b'<?xml version="1.0" encoding="klingon"?><Project/>', "unknown_encoding"),
        (document().replace(b"2026-06-01T08:00:00", b"\xff\xfe"), "not_well_formed"),
        (document().replace(b"<StartDate>2026-06-01T08:00:00</StartDate>", b""), "bad_value"),
    ],
)
def test_what_is_no_plan_is_refused(content: bytes, code: str) -> None:
    assert refusal(content).code == code


@pytest.mark.parametrize("cut", [0.1, 0.5, 0.9, 0.999])
def test_a_truncated_plan_is_refused_wherever_it_ends(cut: float) -> None:
    written = write_mspdi(
        Plan("1", datetime(2026, 6, 1), activities=(Activity("1", "Design"), Activity("2")))
    )
    assert refusal(written[: int(len(written) * cut)]).code == "not_well_formed"


@pytest.mark.parametrize(
    ("inside", "member"),
    [
        ("<Duration>NaN</Duration>", "Duration"),
        ("<Duration>PTNaNH0M0S</Duration>", "Duration"),
        ("<Duration>-PT8H0M0S</Duration>", "Duration"),
        ("<Duration>P</Duration>", "Duration"),
        ("<Duration>PT9999999999999H</Duration>", "Duration"),
        ("<RemainingDuration>8 hours</RemainingDuration>", "RemainingDuration"),
        ("<PercentComplete>NaN</PercentComplete>", "PercentComplete"),
        ("<PercentComplete>101</PercentComplete>", "PercentComplete"),
        ("<Cost>Infinity</Cost>", "Cost"),
        ("<Cost>1E+999999</Cost>", "Cost"),
        ("<Start>yesterday</Start>", "Start"),
        ("<Start>2026-06-01T08:00:00+02:00</Start>", "Start"),
        ("<Start>2026-13-01T08:00:00</Start>", "Start"),
        ("<ConstraintType>9</ConstraintType>", "ConstraintType"),
        ("<ConstraintType>4</ConstraintType>", "ConstraintDate"),
        ("<Summary>perhaps</Summary>", "Summary"),
        ("<Priority>1.5</Priority>", "Priority"),
        (f"<Priority>{'9' * 100_000}</Priority>", "Priority"),
        ("<CalendarUID>77</CalendarUID>", "CalendarUID"),
        ("<DurationFormat>99</DurationFormat>", "DurationFormat"),
    ],
)
def test_a_value_that_is_none_is_refused_naming_task_line_and_member(inside: str, member: str) -> None:
    refused = refusal(document(tasks=task(inside, uid=17)))
    assert refused.detail.startswith("Task 17 (line 1): ")
    assert refused.faults[0].pointer == f"/Task/17/{member}"
    assert len(refused.detail) < 200


def test_a_uid_given_twice_is_refused() -> None:
    refused = refusal(document(tasks=task("", uid=4) + task("", uid=4)))
    assert refused.code == "duplicate_uid"
    assert "Task 4" in refused.detail


def test_a_link_to_a_missing_task_is_refused_naming_both_ends() -> None:
    link = "<PredecessorLink><PredecessorUID>99</PredecessorUID></PredecessorLink>"
    refused = refusal(document(tasks=task(link, uid=4)))
    assert refused.code == "unknown_predecessor"
    assert "task 4 follows task '99', which is not in the file" in refused.detail


@pytest.mark.parametrize(
    "assignment",
    [
        "<TaskUID>99</TaskUID><ResourceUID>1</ResourceUID>",
        "<TaskUID>1</TaskUID><ResourceUID>99</ResourceUID>",
    ],
)
def test_an_assignment_of_what_is_missing_is_refused(assignment: str) -> None:
    resources = "<Resources><Resource><UID>1</UID></Resource></Resources>"
    assignments = f"<Assignments><Assignment><UID>5</UID>{assignment}</Assignment></Assignments>"
    content = document(tasks=task("")).replace(b"</Tasks>", f"</Tasks>{resources}{assignments}".encode())
    refused = refusal(content)
    assert refused.code == "unknown_reference"
    assert "Assignment 5" in refused.detail
    assert "99" in refused.detail


@pytest.mark.parametrize(
    "hours",
    [
        "<WorkingTime><FromTime>09:00:00</FromTime><ToTime>08:00:00</ToTime></WorkingTime>",
        "<WorkingTime><FromTime>25:00:00</FromTime><ToTime>08:00:00</ToTime></WorkingTime>",
        "<WorkingTime><FromTime>08:00:00</FromTime></WorkingTime>",
        "<WorkingTime><FromTime>08:00:00</FromTime><ToTime>12:00:00</ToTime></WorkingTime>"
        "<WorkingTime><FromTime>11:00:00</FromTime><ToTime>13:00:00</ToTime></WorkingTime>",
    ],
)
def test_working_times_that_cannot_be_are_refused(hours: str) -> None:
    times = f"<WorkingTimes>{hours}</WorkingTimes>"
    day = f"<WeekDay><DayType>2</DayType><DayWorking>1</DayWorking>{times}</WeekDay>"
    calendar = f"<Calendars><Calendar><UID>1</UID><WeekDays>{day}</WeekDays></Calendar></Calendars>"
    assert refusal(document(calendar)).code == "bad_value"


START = datetime(2026, 6, 1, 8)
A, B = Activity("a"), Activity("b")


@pytest.mark.parametrize(
    ("plan", "code", "culprit"),
    [
        (Plan("p", START, (A, A)), "duplicate_id", "'a'"),
        (Plan("p", START, (Activity("a", parent="z"),)), "unknown_parent", "'z'"),
        (Plan("p", START, (Activity("a", parent="b"), Activity("b", parent="a"))), "outline_cycle", "'a'"),
        (Plan("p", START, (A,), (Dependency("z", "a"),)), "unknown_activity", "'z'"),
        (Plan("p", START, (A,), (Dependency("a", "z"),)), "unknown_activity", "'z'"),
        (Plan("p", START, (Activity("a", calendar="z"),)), "unknown_calendar", "'z'"),
        (Plan("p", START, (A,), assignments=(Assignment("1", "a", "z"),)), "unknown_resource", "'z'"),
        (Plan("p", START, (Activity("a", duration_s=-60),)), "negative_duration", "-60"),
        (
            Plan("p", START, (A,), baselines=(Baseline("0", activities=(BaselineActivity("z"),)),)),
            "unknown_activity",
            "'z'",
        ),
        (Plan("p", START, baselines=tuple(Baseline(str(n)) for n in range(12))), "too_many_baselines", "12"),
    ],
)
def test_a_plan_that_does_not_hold_together_is_not_written(plan: Plan, code: str, culprit: str) -> None:
    with pytest.raises(Invalid) as caught:
        write_mspdi(plan)
    assert caught.value.code == code
    assert culprit in caught.value.detail


@pytest.mark.parametrize("of", [str, Path])
def test_a_file_may_be_given_by_its_path(of: Callable[[Path], str | Path], tmp_path: Path) -> None:
    (tmp_path / "plan.xml").write_bytes(document(tasks=task("<Name>x</Name>")))
    assert [each.name for each in read_plan(of(tmp_path / "plan.xml")).plan.activities] == ["x"]


@pytest.mark.parametrize("reader", [read_plan, read_mspdi])
def test_an_empty_project_is_a_plan(reader: Callable[[bytes], object]) -> None:
    assert reader(document()).plan.activities == ()  # type: ignore[attr-defined]


def many(count: int, **members: object) -> Plan:
    tasks = tuple(Activity(str(number), "T", 3_600) for number in range(1, count + 1))
    return Plan("p", datetime(2026, 6, 1, 8), tasks, **members)  # type: ignore[arg-type]


def test_the_largest_plan_that_is_written_is_read() -> None:
    """The row that stands for the project is no task, though the file holds it."""
    plan = many(50_000)
    assert len(read_plan(write_mspdi(plan)).plan.activities) == 50_000


def deep(levels: int) -> Plan:
    tasks = tuple(
        Activity(str(n), kind=ActivityKind.SUMMARY, parent=str(n - 1) if n > 1 else None)
        for n in range(1, levels + 1)
    )
    return Plan("p", datetime(2026, 6, 1, 8), tasks)


@pytest.mark.parametrize(
    ("plan", "code"),
    [
        (many(50_001), "too_large"),
        (
            many(
                49_999,
                external=tuple(
                    ExternalActivity("q", str(n), datetime(2026, 6, 1), datetime(2026, 6, 2))
                    for n in range(2)
                ),
            ),
            "too_large",
        ),
        (
            many(
                3_000,
                dependencies=tuple(
                    Dependency(str(before), str(after))
                    for after in range(1_001, 3_001)
                    for before in range(1, 151)
                ),
            ),
            "too_many_elements",
        ),
        (replace(many(1), activities=(Activity("1", notes="x" * MAX_BYTES),)), "too_large"),
        (deep(101), "too_deep"),
    ],
    ids=["tasks", "tasks of other plans", "links", "bytes", "levels"],
)
def test_what_would_not_be_read_is_not_written(plan: Plan, code: str) -> None:
    with pytest.raises(Invalid) as caught:
        write_mspdi(plan)
    assert caught.value.code == code


def test_a_plan_as_deep_as_is_read_is_written() -> None:
    assert read_mspdi(write_mspdi(deep(100))).plan == deep(100)

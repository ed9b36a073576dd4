"""Extracts of Project Online's OData feed as projects, packages, persons and bookings, through a running Portolan."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from xlsxwriter import Workbook

from services.imports.breakdown.drafts import Drafts
from services.imports.findings import Findings
from services.imports.projectonline.feed import feed_of
from services.imports.projectonline.mapping import drafts_of
from tests.conftest import Portolan
from tests.imports.breakdowns import brought_in, codes, events, items, packages
from tests.support.given import House

SAMPLE = Path(__file__).parents[2] / "sample" / "imports" / "project-online"
P, ADA, ROLE = "7f1c0e4a-0000-4000-8000-000000000001", "ada00000-0000-4000-8000-000000000001", "role"
T = "7a5c0000-0000-4000-8000-00000000000"


def task(number: int, name: str, outline: str, parent: int = 0, **members: Any) -> dict[str, Any]:
    return {
        "ProjectId": P, "TaskId": f"{T}{number}", "ParentTaskId": f"{T}{parent}", "TaskName": name,
        "TaskOutlineNumber": outline, "TaskIndex": number, "TaskStartDate": "2026-03-02T08:00:00",
        "TaskFinishDate": "2026-03-27T17:00:00", "TaskIsProjectSummary": False, "TaskIsSummary": False,
        "TaskIsActive": True, "TaskIsMilestone": False, "TaskPercentCompleted": 0, "TaskCost": "0.000000", **members,
    }  # fmt: skip


SETS: dict[str, list[dict[str, Any]]] = {
    "Projects": [
        {
            "ProjectId": P, "ProjectName": "New ERP", "ProjectType": 0, "ProjectDescription": "Replaces the old one.",
            "ProjectOwnerId": ADA, "ProjectOwnerName": "Ada Lovelace", "ProjectStartDate": "2026-03-02T08:00:00",
            "ProjectFinishDate": "2026-03-27T17:00:00", "ProjectCost": "4000.000000", "ProjectPercentCompleted": 25,
            "ProjectActualStartDate": "2026-03-02T08:00:00", "Strategic Goal": "Growth",
        },
        {"ProjectId": "b", "ProjectName": "Template", "ProjectType": 1},
    ],
    "Tasks": [
        task(0, "New ERP", "0", TaskIsProjectSummary=True),
        task(1, "Build", "1", TaskIsSummary=True),
        task(2, "Interfaces", "1.1", 1, TaskPercentCompleted=50, TaskCost="3000.000000"),
        task(3, "Go live", "2", TaskIsMilestone=True, TaskCost="1000.000000"),
        task(4, "Dropped", "3", TaskIsActive=False),
    ],
    "Resources": [
        {
            "ResourceId": ADA, "ResourceName": "Ada Lovelace", "ResourceEmailAddress": "Ada@Example.org",
            "ResourceType": 2, "ResourceIsActive": True, "ResourceIsGeneric": False, "ResourceMaxUnits": "0.500000",
        },
        {"ResourceId": ROLE, "ResourceName": "Developer", "ResourceType": 2, "ResourceIsGeneric": True},
    ],
    "Assignments": [
        {
            "AssignmentId": "a1", "ProjectId": P, "TaskId": f"{T}2", "ResourceId": ADA, "AssignmentWork": "40.000000",
            "AssignmentStartDate": "2026-03-02T08:00:00", "AssignmentFinishDate": "2026-03-27T17:00:00",
        },
        {"AssignmentId": "a2", "ProjectId": P, "TaskId": f"{T}2", "ResourceId": ROLE, "AssignmentWork": "8"},
    ],
    "TimesheetLines": [{"TimesheetLineId": "l1"}, {"TimesheetLineId": "l2"}],
}  # fmt: skip


def extract(folder: Path, sets: dict[str, list[dict[str, Any]]] = SETS) -> Path:
    folder.mkdir(exist_ok=True)
    for name, values in sets.items():
        for page, start in enumerate(range(0, len(values), 3), 1):
            (folder / f"{name}-{page}.json").write_text(json.dumps({"value": values[start : start + 3]}))
    return folder


def read(folder: Path, currency: str = "CHF") -> Drafts:
    drafts = Drafts("project-online", Findings())
    return drafts_of(feed_of(folder, drafts.findings), drafts, currency)


async def test_an_extract_becomes_projects_packages_persons_and_bookings(
    portolan: Portolan, tmp_path: Path
) -> None:
    drafts = read(extract(tmp_path / "feed"))
    summary = await brought_in(portolan, drafts)
    assert codes(drafts) == {}
    [project] = await items(portolan, "projects/v1/projects")
    assert (project["name"], project["stage"], project["external_ref"]["id"]) == ("New ERP", "active", P)
    assert project["planned_cost"] == {"amount": "4000.00", "currency": "CHF"}
    [ada] = await items(portolan, "resources/v1/persons")
    assert ada["weekly_hours"] == 20
    assert (ada["name"], ada["email"], project["manager_id"]) == (
        "Ada Lovelace",
        "ada@example.org",
        ada["id"],
    )
    by_code = await packages(portolan)
    assert {code: (one["name"], one["percent_complete"]) for code, one in by_code.items()} == {
        "1": ("Build", 50), "1.1": ("Interfaces", 50), "2": ("Go live", 0),
    }  # fmt: skip
    assert by_code["1.1"]["owner_id"] == ada["id"]
    [booking] = await items(portolan, "resources/v1/allocations")
    assert (booking["percent"], booking["role"], booking["ends_on"]) == (50, "Interfaces", "2026-03-27")
    losses = {loss["kind"]: loss["count"] for loss in summary["losses"]}
    assert losses == {
        "TimesheetLines": 2, "templates": 1, "generic resources": 1, "inactive tasks": 1, "milestones": 1,
        "assignments of roles, materials and unknown resources": 1, "field Strategic Goal of projects": 1,
    }  # fmt: skip


async def test_fields_that_are_declared_here_are_filled(portolan: Portolan, tmp_path: Path) -> None:
    house = House(portolan)
    for name, label, kind in (
        ("goal", "Strategic goal", "choice"),
        ("users", "Users", "number"),
        ("it", "Own IT", "yes_no"),
    ):
        field = await house.make(
            "field-definitions", aggregate="projects.project", name=name, type=kind,
            label=[{"language": "en", "text": label}], choices=["growth", "cost"] if kind == "choice" else [],
        )  # fmt: skip
        await house.move("field-definitions", field, "activate")
    project = SETS["Projects"][0] | {"Users": "1,250.5", "Own_IT": True, "Site": "Bern"}
    drafts = read(extract(tmp_path / "feed", {"Projects": [project]}))
    summary = await brought_in(portolan, drafts)
    assert codes(drafts) == {}
    [stored] = await items(portolan, "projects/v1/projects")
    assert stored["custom"] == {"goal": "growth", "users": 1250.5, "it": True}
    assert [loss["kind"] for loss in summary["losses"]] == ["field Site of projects"]
    wrong = read(extract(tmp_path / "feed", {"Projects": [project | {"Strategic Goal": "Fun"}]}))
    await brought_in(portolan, wrong)
    assert codes(wrong) == {"unreadable_value": 1}
    [stored] = await items(portolan, "projects/v1/projects")
    assert stored["custom"]["goal"] == "growth"


async def test_the_same_extract_again_changes_nothing(portolan: Portolan, tmp_path: Path) -> None:
    folder = extract(tmp_path / "feed")
    await brought_in(portolan, read(folder))
    before = await events(portolan)
    await brought_in(portolan, read(folder))
    assert await events(portolan) == before


async def test_the_sample_comes_in_whole(portolan: Portolan) -> None:
    drafts = read(SAMPLE)
    await brought_in(portolan, drafts)
    assert codes(drafts) == {}
    assert len(await items(portolan, "resources/v1/allocations")) == 2


def with_task(**members: Any) -> dict[str, list[dict[str, Any]]]:
    return {"Projects": SETS["Projects"][:1], "Tasks": [task(1, "Build", "1", **members)]}


@pytest.mark.parametrize(
    ("members", "code"),
    [
        ({"TaskPercentCompleted": 130}, "percent_out_of_range"),
        ({"TaskPercentCompleted": "most"}, "unreadable_value"),
        ({"TaskFinishDate": "2026-01-01T08:00:00"}, "dates_reversed"),
        ({"TaskStartDate": "03/04/2026"}, "unreadable_value"),
        ({"TaskStartDate": "2026-02-30"}, "unreadable_value"),
        ({"TaskStartDate": "9999-12-31"}, "unreadable_value"),
        ({"TaskName": "\u200b"}, "no_name"),
        ({"TaskName": None}, "no_name"),
        ({"TaskIsActive": "perhaps"}, "unreadable_value"),
        ({"TaskCost": "1,234"}, "unreadable_value"),
        ({"TaskId": None}, "no_key"),
    ],
    ids=str,
)
async def test_odd_values_are_findings_and_the_rest_comes_in(
    portolan: Portolan, tmp_path: Path, members: dict[str, Any], code: str
) -> None:
    drafts = read(extract(tmp_path / "feed", with_task(**members)))
    await brought_in(portolan, drafts)
    assert codes(drafts) == {code: 1}
    assert len(await items(portolan, "projects/v1/projects")) == 1


def test_a_start_of_work_that_lies_ahead_is_left_out_and_told(tmp_path: Path) -> None:
    ahead = SETS["Projects"][0] | {
        "ProjectActualStartDate": "2199-01-01T08:00:00",
        "ProjectPercentCompleted": 0,
    }
    drafts = read(extract(tmp_path / "feed", {"Projects": [ahead]}))
    [project] = drafts.projects
    assert codes(drafts) == {"actual_in_future": 1}
    assert (project.actual_start, project.has_begun) == (None, False)


async def test_parents_in_a_circle_come_in_side_by_side(portolan: Portolan, tmp_path: Path) -> None:
    tasks = [task(1, "A", "1", 2), task(2, "B", "2", 1), task(3, "C", "2")]
    drafts = read(extract(tmp_path / "feed", {"Projects": SETS["Projects"][:1], "Tasks": tasks}))
    await brought_in(portolan, drafts)
    assert codes(drafts)["circle"] == 1
    assert sorted(await packages(portolan)) == ["1", "1.1", "2"]


def test_tasks_alone_make_projects_by_their_names(tmp_path: Path) -> None:
    tasks = [task(1, "Build", "1", ProjectName="ERP"), task(2, "Test", "1.1", 1, ProjectName="ERP")]
    drafts = read(extract(tmp_path / "feed", {"Tasks": tasks}))
    assert [(one.name, len(one.packages)) for one in drafts.projects] == [("ERP", 2)]


def test_baselines_are_the_plan_and_the_schedule_the_forecast(tmp_path: Path) -> None:
    base = {"BaselineNumber": 0, "ProjectId": P}
    sets = {
        **SETS,
        "ProjectBaselines": [
            base | {"ProjectBaselineStartDate": "2026-02-02", "ProjectBaselineCost": "3500"}
        ],
        "TaskBaselines": [
            base | {"TaskId": f"{T}2", "TaskBaselineFinishDate": "2026-03-13", "TaskBaselineCost": "9"}
        ],
    }
    [project] = read(extract(tmp_path / "feed", sets)).projects
    assert (str(project.planned[0]), str(project.forecast[0])) == ("2026-02-02", "2026-03-02")
    assert (project.planned_cost or {})["amount"] == "3500.00"
    interfaces = next(one for one in project.packages if one.name == "Interfaces")
    assert (str(interfaces.finish), (interfaces.budget or {})["amount"]) == ("2026-03-13", "9.00")


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{",
        '{"value": 5}',
        '{"other": []}',
        '{"value": [1]}',
        "[" * 100_000,
        '{"d": {"results": 3}}',
        "\x00\x01",
    ],
    ids=range(8),
)
def test_a_file_that_is_no_entity_set_is_named_with_the_reason(tmp_path: Path, content: str) -> None:
    folder = extract(tmp_path / "feed", {"Projects": SETS["Projects"][:1]})
    (folder / "odd.json").write_text(content)
    drafts = read(folder)
    [finding] = drafts.findings.items
    assert (finding.file, finding.lost, len(drafts.projects)) == ("odd.json", True, 1)


def test_older_forms_of_the_feed_are_read(tmp_path: Path) -> None:
    folder = tmp_path / "feed"
    folder.mkdir()
    (folder / "a.json").write_text(json.dumps({"d": {"results": SETS["Projects"]}}))
    (folder / "b.json").write_text("\ufeff" + json.dumps({"d": SETS["Tasks"]}))
    rows = "ResourceId;ResourceName;ResourceEmailAddress\n" + f"{ADA.upper()};Ada;ada@example.org\n"
    (folder / "c.csv").write_text(rows)
    drafts = read(folder)
    assert (codes(drafts), list(drafts.persons)) == ({}, [ADA])
    assert len(drafts.projects[0].packages) == 3


def test_a_workbook_has_an_entity_set_on_each_sheet(tmp_path: Path) -> None:
    folder = tmp_path / "feed"
    folder.mkdir()
    with Workbook(folder / "extract.xlsx") as book:
        for name in ("Projects", "Tasks", "TimesheetLines"):
            sheet = book.add_worksheet(name)
            columns = list(SETS[name][0])
            sheet.write_row(0, 0, columns)
            for row, entity in enumerate(SETS[name], 1):
                sheet.write_row(row, 0, [entity.get(column, "") for column in columns])
    drafts = read(folder)
    assert codes(drafts) == {}
    assert [(one.name, len(one.packages)) for one in drafts.projects] == [("New ERP", 3)]
    assert drafts.losses.by_kind["TimesheetLines"].count == 2


def test_a_row_whose_cells_are_shifted_is_left_out_and_told(tmp_path: Path) -> None:
    folder = tmp_path / "feed"
    folder.mkdir()
    lines = ["ProjectId,ProjectName,ProjectStartDate", *(f"p{n},Project {n},2026-03-02" for n in range(5))]
    (folder / "Projects.csv").write_text("\n".join([*lines, "q,ERP, new,2026-03-02"]) + "\n")
    drafts = read(folder)
    assert (len(drafts.projects), codes(drafts)) == (5, {"too_many_cells": 1})
    assert drafts.findings.lost


ROOT = Path(__file__).parents[2]
MEMBER = re.compile(
    r"""["']((?:Project|Task|Resource|Assignment|Baseline|ParentTask|Type)[A-Z][A-Za-z0-9]*)["']"""
)
BASELINE_SETS = {"ProjectBaselines", "TaskBaselines"}
BASELINE = (
    "{}Baseline0StartDate", "{}Baseline0FinishDate", "{}BaselineStartDate", "{}BaselineFinishDate", "{}Baseline0Cost",
    "{}BaselineCost",
)  # fmt: skip


def test_the_paper_lists_the_members_that_are_read_and_no_others() -> None:
    sources = [ROOT / "services" / "imports" / "projectonline" / name for name in ("feed.py", "mapping.py")]
    in_code = {name for path in sources for name in MEMBER.findall(path.read_text())} - BASELINE_SETS
    in_code |= {name.format(kind) for kind in ("Project", "Task") for name in BASELINE}
    paper = (ROOT / "docs" / "how-to" / "import-plans-and-issues.md").read_text()
    rows = [line.split("|") for line in paper.splitlines() if line.startswith("| `")]
    listed = {
        name
        for row in rows
        if len(row) == 5
        for name in re.findall(r"`([A-Za-z0-9]+)`", row[2])
        if MEMBER.fullmatch(f'"{name}"')
    }
    assert listed == in_code

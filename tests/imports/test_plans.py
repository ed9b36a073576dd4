"""Plan files as projects with work packages, through the public API of a running Portolan."""

from pathlib import Path
from typing import Any

import pytest

from services.imports.breakdown.drafts import Drafts
from services.imports.findings import Findings
from services.imports.plans.mapping import PlansRead, drafts_of
from services.plan_reading import plans_in
from tests.conftest import Portolan
from tests.imports.breakdowns import brought_in, codes, events, items, packages

SAMPLE = Path(__file__).parents[2] / "sample" / "imports" / "plan-files"
REAL = Path(__file__).parents[2] / ".." / "shared" / "data" / "plans"


def task(number: int, level: int, name: str, **members: object) -> str:
    dates = {"Start": "2026-03-02T08:00:00", "Finish": "2026-03-06T17:00:00", "Duration": "PT40H0M0S"}
    members = {"UID": number, "ID": number, "Name": name, "OutlineLevel": level, **dates, **members}
    more = members.pop("more", "")
    return f"<Task>{''.join(f'<{n}>{v}</{n}>' for n, v in members.items())}{more}</Task>"


def baseline(start: str, finish: str, cost: int = 0) -> str:
    return (
        f"<Baseline><Number>0</Number><Start>{start}T08:00:00</Start><Finish>{finish}T17:00:00</Finish>"
        f"<Cost>{cost}</Cost></Baseline>"
    )


def folder_with(
    folder: Path, *tasks: str, name: str = "erp.xml", resources: str = "", head: str = ""
) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(
        '<?xml version="1.0"?><Project xmlns="http://schemas.microsoft.com/project">'
        f"<Title>ERP rollout</Title>{head}<StartDate>2026-03-02T08:00:00</StartDate>"
        f"<Tasks>{''.join(tasks)}</Tasks>{resources}</Project>"
    )
    return folder


def read(folder: Path, currency: str = "CHF") -> PlansRead:
    return drafts_of(plans_in(folder), Drafts("plans", Findings()), currency)


PEOPLE = (
    "<Resources><Resource><UID>1</UID><Name>Ada Lovelace</Name><EmailAddress>ada@example.org</EmailAddress>"
    "</Resource><Resource><UID>2</UID><Name>Crane</Name><Type>0</Type></Resource></Resources>"
    "<Assignments><Assignment><UID>1</UID><TaskUID>2</TaskUID><ResourceUID>1</ResourceUID><Work>PT20H0M0S</Work>"
    "</Assignment></Assignments>"
)
TASKS = (
    task(1, 1, "Build"),
    task(
        2, 2, "Interfaces", Cost=100000, PercentComplete=50, more=baseline("2026-02-02", "2026-02-27", 90000)
    ),
    task(3, 2, "Reports", Cost=50000),
    task(4, 1, "Go live", Duration="PT0H0M0S", Milestone=1),
)


async def test_a_plan_becomes_a_project_with_its_breakdown(portolan: Portolan, tmp_path: Path) -> None:
    head = "<CurrencyCode>CHF</CurrencyCode><Manager>Ada Lovelace</Manager>"
    folder = folder_with(tmp_path / "plans", *TASKS, resources=PEOPLE, head=head)
    drafts = read(folder).drafts
    summary = await brought_in(portolan, drafts)
    [project] = await items(portolan, "projects/v1/projects")
    assert (project["name"], project["stage"]) == ("ERP rollout", "active")
    assert (project["planned_start_on"], project["planned_finish_on"]) == ("2026-02-02", "2026-03-06")
    assert project["planned_cost"] == {"amount": "1400.00", "currency": "CHF"}
    assert project["forecast_cost"] == {"amount": "1500.00", "currency": "CHF"}
    by_code = await packages(portolan)
    assert {code: one["name"] for code, one in by_code.items()} == {
        "1": "Build", "1.1": "Interfaces", "1.2": "Reports", "2": "Go live",
    }  # fmt: skip
    interfaces = by_code["1.1"]
    assert (interfaces["planned_finish_on"], interfaces["percent_complete"]) == ("2026-02-27", 50)
    assert interfaces["budget"] == {"amount": "900.00", "currency": "CHF"}
    assert interfaces["parent_id"] == by_code["1"]["id"]
    assert by_code["1"]["percent_complete"] == 32  # 900 of 1400 by half
    [ada] = await items(portolan, "resources/v1/persons")
    assert interfaces["owner_id"] == project["manager_id"] == ada["id"]
    assert ada["email"] == "ada@example.org"
    losses = {loss["kind"]: loss["count"] for loss in summary["losses"]}
    assert losses.items() >= {"milestones": 1, "roles, materials and costs": 1, "assignments": 1}.items()
    assert codes(drafts) == {}


async def test_the_same_plan_again_changes_nothing(portolan: Portolan, tmp_path: Path) -> None:
    folder = folder_with(tmp_path / "plans", *TASKS, resources=PEOPLE)
    await brought_in(portolan, read(folder).drafts)
    before = await events(portolan)
    again = await brought_in(portolan, read(folder).drafts)
    assert await events(portolan) == before
    assert all(not tally.get("created") and not tally["changed"] for tally in again["sent"].values())


async def test_what_people_added_in_portolan_stays_when_the_plan_comes_again(
    portolan: Portolan, tmp_path: Path
) -> None:
    """A plan knows nothing of portfolios: a put says everything, an import does not."""
    folder = folder_with(tmp_path / "plans", *TASKS)
    await brought_in(portolan, read(folder).drafts)
    [project] = await items(portolan, "projects/v1/projects")
    patch = {"description": "Replaces SAP.", "phase": "Design"}
    answer = await portolan("director").patch(
        f"/projects/v1/projects/{project['id']}", json=patch,
        headers={"If-Match": f'"{project["version"]}"', "Content-Type": "application/merge-patch+json"},
    )  # fmt: skip
    assert answer.status_code == 200, answer.text
    folder_with(folder, *TASKS[:3], task(4, 1, "Go live", Finish="2026-05-08T17:00:00"))
    await brought_in(portolan, read(folder).drafts)
    [project] = await items(portolan, "projects/v1/projects")
    assert (project["description"], project["phase"]) == ("Replaces SAP.", "Design")
    assert project["planned_finish_on"] == "2026-05-08"


async def test_a_task_that_is_put_in_between_takes_its_code_and_the_others_move_on(
    portolan: Portolan, tmp_path: Path
) -> None:
    folder = folder_with(tmp_path / "plans", *TASKS)
    await brought_in(portolan, read(folder).drafts)
    ids = {one["name"]: one["id"] for one in (await packages(portolan)).values()}
    tasks = [task(9, 1, "Prepare"), TASKS[0], TASKS[2], TASKS[1], TASKS[3]]
    folder_with(folder, *tasks)
    drafts = read(folder).drafts
    await brought_in(portolan, drafts)
    assert codes(drafts) == {}
    by_code = await packages(portolan)
    assert {code: one["name"] for code, one in by_code.items()} == {
        "1": "Prepare", "2": "Build", "2.1": "Reports", "2.2": "Interfaces", "3": "Go live",
    }  # fmt: skip
    assert by_code["2.1"]["id"] == ids["Reports"]


async def test_checking_writes_nothing_and_says_what_the_import_does(
    portolan: Portolan, tmp_path: Path
) -> None:
    folder = folder_with(tmp_path / "plans", *TASKS, resources=PEOPLE)
    before = await events(portolan)
    checked = await brought_in(portolan, read(folder).drafts, validate_only=True)
    assert await events(portolan) == before
    done = await brought_in(portolan, read(folder).drafts)
    assert checked["sent"] == done["sent"]


@pytest.mark.skipif(not REAL.exists(), reason="no ../shared/data")
async def test_real_plan_files_come_in(portolan: Portolan) -> None:
    drafts = read(REAL).drafts
    summary = await brought_in(portolan, drafts)
    assert summary["sent"]["projects"]["created"] == len(await items(portolan, "projects/v1/projects"))
    assert not [f for f in drafts.findings.items if f.code in ("refused", "progress_refused")]


HOSTILE: dict[str, Any] = {
    "bomb": '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa">]><Project>&a;</Project>',
    "not xml": "ID,Name\n1,Build\n",
    "another root": "<html/>",
    "cut off": '<Project xmlns="http://schemas.microsoft.com/project"><Tasks><Task>',
    "deep": "<Project>" + "<a>" * 5000 + "</a>" * 5000 + "</Project>",
    "empty": "",
}


@pytest.mark.parametrize("content", HOSTILE.values(), ids=HOSTILE)
def test_a_file_that_is_no_plan_is_named_with_the_reason(tmp_path: Path, content: str) -> None:
    folder = folder_with(tmp_path / "plans", *TASKS)
    (folder / "odd.xml").write_text(content)
    drafts = read(folder).drafts
    [finding] = drafts.findings.items
    assert (finding.file, finding.code, finding.lost) == ("odd.xml", "unreadable_plan", True)
    assert [project.name for project in drafts.projects] == ["ERP rollout"]


async def test_the_sample_comes_in_whole(portolan: Portolan) -> None:
    drafts = read(SAMPLE).drafts
    await brought_in(portolan, drafts)
    assert codes(drafts) == {}
    assert {one["name"] for one in await items(portolan, "resources/v1/persons")} == {
        "Nadia Rossi",
        "Jonas Frei",
    }


def test_two_files_of_one_plan_come_in_once(tmp_path: Path) -> None:
    folder = folder_with(tmp_path / "plans", *TASKS, head="<GUID>6d1f0a52-8c0e-4b1a-9d53-0a4f6b2c7e11</GUID>")
    (folder / "copy.xml").write_text((folder / "erp.xml").read_text())
    drafts = read(folder).drafts
    assert (len(drafts.projects), codes(drafts)) == (1, {"same_plan": 1})


def test_plans_without_ids_of_their_own_are_known_by_their_place(tmp_path: Path) -> None:
    folder = folder_with(tmp_path / "plans", *TASKS)
    folder_with(folder / "2025", *TASKS)
    assert [one.key for one in read(folder).drafts.projects] == ["2025/erp", "erp"]


def test_costs_without_a_currency_are_left_out_and_told(tmp_path: Path) -> None:
    drafts = read(folder_with(tmp_path / "plans", *TASKS), currency="").drafts
    [finding] = drafts.findings.items
    assert (finding.code, finding.lost) == ("no_currency", True)
    assert drafts.projects[0].planned_cost is None
    assert all(package.budget is None for package in drafts.projects[0].packages)


def test_odd_tasks_come_in_with_a_finding(tmp_path: Path) -> None:
    odd = (
        task(1, 1, " ", Start="2026-03-06T08:00:00", Finish="2026-03-02T17:00:00"),
        task(2, 1, "x" * 400 + "\u202e", ActualStart="2199-01-01T08:00:00", PercentComplete=10),
        task(3, 1, "Dropped", Active=0),
    )
    drafts = read(folder_with(tmp_path / "plans", *odd)).drafts
    [project] = drafts.projects
    assert codes(drafts) == {"no_name": 1, "dates_reversed": 1, "actual_in_future": 1}
    assert [(one.name, one.finish is None) for one in project.packages] == [
        ("Unnamed task", True),
        ("x" * 300, False),
    ]
    assert (project.actual_start, project.has_begun) == (None, True)


@pytest.mark.parametrize(
    "odd",
    [
        {"PercentComplete": 130}, {"PercentComplete": "many"}, {"OutlineLevel": 101}, {"UID": 1}, {"Start": "soon"},
        {"Duration": "long"},
    ],
    ids=str,
)  # fmt: skip
def test_a_plan_that_cannot_be_true_is_refused_with_the_task(tmp_path: Path, odd: dict[str, Any]) -> None:
    folder = folder_with(tmp_path / "plans", task(1, 1, "Build"), task(2, 1, "Test", **odd))
    [finding] = read(folder).drafts.findings.items
    assert (finding.code, finding.lost, finding.file) == ("unreadable_plan", True, "erp.xml")
    assert "Task" in finding.reason


def test_files_that_need_java_are_named_where_there_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def absent() -> None:
        raise ValueError("no Java")

    monkeypatch.setattr("services.projects.engines.planfiles.foreign._java", absent)
    folder = folder_with(tmp_path / "plans", *TASKS)
    (folder / "old.mpp").write_bytes(bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600))
    drafts = read(folder).drafts
    [finding] = drafts.findings.items
    assert (finding.file, finding.code, finding.lost, len(drafts.projects)) == (
        "old.mpp",
        "java_needed",
        True,
        1,
    )
    assert "save the plan as XML" in finding.mend


def test_a_single_file_is_read_as_well_as_a_folder(tmp_path: Path) -> None:
    folder = folder_with(tmp_path / "plans", *TASKS)
    assert [one.key for one in read(folder / "erp.xml").drafts.projects] == ["erp"]

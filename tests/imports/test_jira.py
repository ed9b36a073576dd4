"""Jira's issues as projects with work packages, through a running Portolan."""

import json
from pathlib import Path
from typing import Any

import pytest

from services.imports.breakdown.drafts import Drafts
from services.imports.findings import Findings
from services.imports.jira.mapping import Level, drafts_of
from services.imports.jira.reading import issues_of
from tests.conftest import Portolan
from tests.imports.breakdowns import brought_in, codes, events, items, packages

SAMPLE = Path(__file__).parents[2] / "sample" / "imports" / "jira"
DOCUMENT = {
    "type": "doc", "version": 1,
    "content": [
        {"type": "paragraph", "content": [{"type": "text", "text": "As a "}, {"type": "text", "text": "clerk"}]},
        {"type": "bulletList", "content": [
            {"type": "listItem", "content": [{"type": "paragraph", "content": [{"type": "text", "text": "pay"}]}]},
        ]},
    ],
}  # fmt: skip
ADA = {"accountId": "5b10", "displayName": "Ada Lovelace", "emailAddress": "ada@example.org", "active": True}
BOB = {"accountId": "5b11", "displayName": "Bob Noyce", "active": True}


def issue(number: int, kind: str, category: str, parent: int = 0, **fields: Any) -> dict[str, Any]:
    status = {"name": category, "statusCategory": {"key": category}}
    level = {"Epic": 1, "Sub-task": -1}.get(kind, 0)
    inner = {
        "summary": f"{kind} {number}", "status": status, "project": {"key": "PAY", "name": "Payments"},
        "issuetype": {"name": kind, "subtask": level < 0, "hierarchyLevel": level}, **fields,
    }  # fmt: skip
    if parent:
        inner["parent"] = {"key": f"PAY-{parent}", "fields": {"summary": "above"}}
    return {"id": str(10_000 + number), "key": f"PAY-{number}", "fields": inner}


ISSUES = [
    issue(1, "Epic", "indeterminate", assignee=ADA, duedate="2026-06-30", customfield_10015="2026-03-02"),
    issue(
        2,
        "Story",
        "done",
        1,
        description=DOCUMENT,
        assignee=BOB,
        resolutiondate="2026-03-05T09:14:00.000+0100",
    ),
    issue(3, "Story", "indeterminate", 1, timespent=7200, worklog={"total": 3}),
    issue(4, "Sub-task", "done", 3),
    issue(5, "Sub-task", "new", 3),
    issue(6, "Sub-task", "new", 3),
    issue(7, "Bug", "new", fixVersions=[{"name": "2026.1"}], description="plain"),
]


def saved(folder: Path, *pages: list[dict[str, Any]]) -> list[Path]:
    paths = []
    for number, page in enumerate(pages):
        paths.append(folder / f"page{number}.json")
        paths[-1].write_text(json.dumps({"issues": page, "total": sum(map(len, pages))}))
    return paths


def read(paths: list[Path], level: Level = Level.ISSUES) -> Drafts:
    drafts = Drafts("jira", Findings())
    return drafts_of(issues_of(paths, drafts.findings), drafts, level)


async def test_epics_and_issues_become_packages(portolan: Portolan, tmp_path: Path) -> None:
    drafts = read(saved(tmp_path, ISSUES[:3], ISSUES[3:]))
    summary = await brought_in(portolan, drafts)
    assert codes(drafts) == {}
    [project] = await items(portolan, "projects/v1/projects")
    assert (project["name"], project["stage"]) == ("Payments", "active")
    by_code = await packages(portolan)
    assert {code: (one["name"], one["percent_complete"]) for code, one in by_code.items()} == {
        "1": ("Epic 1", 66), "1.1": ("Story 2", 100), "1.2": ("Story 3", 33),
        "2": ("Issues without an epic", 0), "2.1": ("Bug 7", 0),
    }  # fmt: skip
    assert by_code["1.1"]["description"] == "As a clerk\npay"
    assert (by_code["1"]["planned_start_on"], by_code["1"]["planned_finish_on"]) == (
        "2026-03-02",
        "2026-06-30",
    )
    names = {one["id"]: (one["name"], one["email"]) for one in await items(portolan, "resources/v1/persons")}
    assert names[by_code["1"]["owner_id"]] == ("Ada Lovelace", "ada@example.org")
    assert names[by_code["1.1"]["owner_id"]] == ("Bob Noyce", None)
    losses = {loss["kind"]: loss["count"] for loss in summary["losses"]}
    assert losses == {
        "sub-tasks": 3, "worklogs": 3, "hours in worklogs": 2, "fix versions": 1, "dates of resolution": 1,
    }  # fmt: skip


async def test_the_same_issues_again_change_nothing(portolan: Portolan, tmp_path: Path) -> None:
    await brought_in(portolan, read(saved(tmp_path, ISSUES)))
    before = await events(portolan)
    await brought_in(portolan, read(saved(tmp_path, ISSUES)))
    assert await events(portolan) == before


async def test_issues_keep_their_codes_when_others_come_between(portolan: Portolan, tmp_path: Path) -> None:
    await brought_in(portolan, read(saved(tmp_path, [ISSUES[0], ISSUES[2], ISSUES[6]])))
    await brought_in(portolan, read(saved(tmp_path, ISSUES)))
    assert {code: one["name"] for code, one in (await packages(portolan)).items()} == {
        "1": "Epic 1", "1.1": "Story 3", "1.2": "Story 2", "2": "Issues without an epic", "2.1": "Bug 7",
    }  # fmt: skip


async def test_down_to_epics_issues_count_by_story_points(portolan: Portolan, tmp_path: Path) -> None:
    points = [
        issue(1, "Epic", "indeterminate"), issue(2, "Story", "done", 1, customfield_10016=6.0),
        issue(3, "Story", "new", 1, customfield_10016=2.0),
    ]  # fmt: skip
    await brought_in(portolan, read(saved(tmp_path, points), Level.EPICS))
    by_code = await packages(portolan)
    assert {code: one["percent_complete"] for code, one in by_code.items()} == {"1": 75}


CSV = (
    "Summary,Issue key,Issue id,Issue Type,Status,Status Category,Project key,Project name,Assignee,Assignee Id,"
    "Due Date,Resolved,Parent,Labels,Labels,Sprint,Sprint,Log Work,Custom field (Story Points)\n"
    "Pay by card,PAY-1,10001,Epic,Open,To Do,PAY,Payments,Ada Lovelace,5b10,30/Jun/26 12:00 AM,,,a,b,,,,\n"
    '"Form, first",PAY-2,10002,Story,Shipped,Done,PAY,Payments,Bob Noyce,5b11,,05/Mar/26 9:14 AM,10001,a,,S1,S2,x;1,3\n'
)


async def test_the_csv_export_tells_the_same(portolan: Portolan, tmp_path: Path) -> None:
    (tmp_path / "jira.csv").write_text(CSV)
    drafts = read([tmp_path / "jira.csv"])
    summary = await brought_in(portolan, drafts)
    assert codes(drafts) == {}
    by_code = await packages(portolan)
    assert {code: (one["name"], one["percent_complete"]) for code, one in by_code.items()} == {
        "1": ("Pay by card", 100), "1.1": ("Form, first", 100),
    }  # fmt: skip
    assert by_code["1"]["planned_finish_on"] == "2026-06-30"
    losses = {loss["kind"]: loss["count"] for loss in summary["losses"]}
    assert losses.items() >= {"labels": 3, "sprints": 2, "worklogs": 1}.items()


@pytest.mark.parametrize(
    "content",
    ["", "{", '{"issues": 5}', '{"values": []}', "[" * 100_000, '{"issues": [1', "a,b\n1,2\n", "\x00\x01"],
    ids=range(8),
)
def test_a_file_without_issues_is_named_with_the_reason(tmp_path: Path, content: str) -> None:
    (tmp_path / "odd.json").write_text(content)
    drafts = read([tmp_path / "odd.json"])
    [finding] = drafts.findings.items
    assert (finding.file, finding.lost, drafts.projects) == ("odd.json", True, [])


async def test_the_samples_come_in_whole(portolan: Portolan) -> None:
    drafts = read(sorted(SAMPLE.iterdir()))
    await brought_in(portolan, drafts)
    assert codes(drafts) == {}
    assert [one["name"] for one in await items(portolan, "projects/v1/projects", sort="name")] == [
        "Business intelligence", "Customer app",
    ]  # fmt: skip


async def test_issues_of_a_server_are_read(portolan: Portolan, tmp_path: Path) -> None:
    """No levels, no accounts, and the link to the epic in a field that nothing names."""
    epic, story = issue(1, "Epic", "new"), issue(2, "Story", "done", customfield_10733="PAY-1")
    for one in (epic, story):
        del one["fields"]["issuetype"]["hierarchyLevel"]
    story["fields"] |= {
        "assignee": {"name": "ada", "displayName": "Ada Lovelace"},
        "description": "h1. Title\r\n* one",
    }
    drafts = read(saved(tmp_path, [epic, story]))
    await brought_in(portolan, drafts)
    by_code = await packages(portolan)
    assert {code: one["name"] for code, one in by_code.items()} == {"1": "Epic 1", "1.1": "Story 2"}
    assert (codes(drafts), by_code["1.1"]["description"]) == ({}, "h1. Title\n* one")


def odd_issues() -> list[dict[str, Any]]:
    circle = [issue(1, "Epic", "new", 2), issue(2, "Epic", "new", 1)]
    elsewhere = issue(4, "Story", "new")
    elsewhere["fields"]["parent"] = {"key": "OTHER-1"}
    nameless = issue(5, "Story", "new", summary=None, duedate="2026-01-01", customfield_10015="2026-02-01")
    bare: dict[str, Any] = {"key": "PAY-6", "fields": None}
    strange = issue(7, "Story", "new", assignee=7, description=[1], worklog="x", timespent="y", fixVersions=3)
    other = {
        "id": "1",
        "key": "OTHER-1",
        "fields": {"project": {"key": "OTHER"}, "summary": "O", "status": 5},
    }
    return [
        *circle,
        issue(3, "Story", "new", 99),
        elsewhere,
        nameless,
        bare,
        strange,
        other,
        {"key": "nonsense"},
    ]


async def test_odd_issues_come_in_with_findings(portolan: Portolan, tmp_path: Path) -> None:
    drafts = read(saved(tmp_path, odd_issues()))
    await brought_in(portolan, drafts)
    assert codes(drafts) == {
        "circle": 1, "parent_absent": 1, "parent_elsewhere": 1, "no_name": 2, "dates_reversed": 1, "no_key": 1,
        "unknown_status": 2,
    }  # fmt: skip
    assert len(await items(portolan, "projects/v1/work-packages")) == 9


def test_pages_that_overlap_tell_each_issue_once(tmp_path: Path) -> None:
    changed = issue(2, "Story", "new", 1, summary="Another")
    drafts = read(saved(tmp_path, ISSUES[:4], [ISSUES[3], changed, *ISSUES[4:]]))
    assert codes(drafts) == {"repeated_key": 1}
    assert len(drafts.projects[0].packages) == 5


def test_a_document_that_is_nested_without_end_is_read_in_part(tmp_path: Path) -> None:
    node: dict[str, Any] = {"type": "text", "text": "deep"}
    for _ in range(300):
        node = {"type": "paragraph", "content": [node]}
    drafts = read(saved(tmp_path, [issue(1, "Story", "new", description=node)]))
    assert (codes(drafts), drafts.projects[0].packages[0].description) == ({}, "deep")


def test_many_issues_without_an_epic_are_divided(tmp_path: Path) -> None:
    drafts = read(saved(tmp_path, [issue(n, "Story", "new") for n in range(1, 12_001)]))
    packages_read = drafts.projects[0].packages
    assert sum(not one.parent for one in packages_read) == 3
    assert len(packages_read) == 12_003

"""Tables brought in from end to end, against the real services."""

import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs

from services.imports.tables.conventions import survey
from services.imports.tables.mapping import ColumnMapping
from services.imports.tables.organisation import target_here
from services.imports.tables.proposing import propose
from services.imports.tables.table import Row, Table
from services.imports.undoing import undo
from shared.base.settings import Settings
from shared.base.texts import in_language
from tests.conftest import Portolan, running_portolan
from tests.imports.tables.arranged import client_of, imported, mapped, write_table

PROJECTS = mapped("projects.project", "Id", Id="external_ref.id", Title="name", Start="planned_start_on")


@pytest.fixture
async def portolan(tmp_path: Path) -> AsyncIterator[Portolan]:
    async with running_portolan(Settings(data=tmp_path / "data")) as running:
        yield running


async def projects(portolan: Portolan) -> dict[str, dict[str, Any]]:
    items = (await portolan("viewer").get("/projects/v1/projects?limit=200")).json()["items"]
    return {item["external_ref"]["id"]: item for item in items}


async def test_rows_become_records_and_the_same_file_again_changes_nothing(
    portolan: Portolan, tmp_path: Path
) -> None:
    path = write_table(tmp_path, "Id;Title;Start", "P1;New ERP;2026-03-01", "P2;Archive;")
    first = await imported(portolan, path, PROJECTS)
    assert (first.counts, first.findings) == ({"created": 2}, [])
    before = await projects(portolan)
    assert {key: (one["name"], one["planned_start_on"]) for key, one in before.items()} == {
        "P1": ("New ERP", "2026-03-01"), "P2": ("Archive", None),
    }  # fmt: skip
    again = await imported(portolan, path, PROJECTS)
    assert again.counts == {"unchanged": 2}
    assert await projects(portolan) == before


async def test_only_the_changed_members_of_a_known_record_change(portolan: Portolan, tmp_path: Path) -> None:
    await imported(portolan, write_table(tmp_path, "Id;Title;Start", "P1;New ERP;2026-03-01"), PROJECTS)
    one = (await projects(portolan))["P1"]
    patch = {"description": "Written in Portolan"}
    headers = {"If-Match": f'"{one["version"]}"', "Content-Type": "application/merge-patch+json"}
    assert (
        await portolan("director").patch(f"/projects/v1/projects/{one['id']}", json=patch, headers=headers)
    ).is_success
    changed = await imported(
        portolan, write_table(tmp_path, "Id;Title;Start", "P1;New ERP;2026-04-01"), PROJECTS
    )
    assert changed.counts == {"changed": 1}
    [change] = changed.preview.changes
    assert (change.line, change.column, change.old, change.new) == (2, "Start", "2026-03-01", "2026-04-01")
    after = (await projects(portolan))["P1"]
    assert (after["description"], after["planned_start_on"]) == ("Written in Portolan", "2026-04-01")


FULL = mapped(
    "projects.project", "Id",
    Id="external_ref.id", Title="name", Stage="stage", Start="planned_start_on", Finish="planned_finish_on",
    Cost=ColumnMapping(column="Cost", member="planned_cost", currency="CHF"),
    Portfolio=ColumnMapping(column="Portfolio", member="portfolio_id", makes=True),
    Manager=ColumnMapping(column="Manager", member="manager_id", makes=True),
)  # fmt: skip
HEADER = "Id;Title;Stage;Start;Finish;Cost;Portfolio;Manager"


async def test_all_findings_of_a_file_come_at_once(portolan: Portolan, tmp_path: Path) -> None:
    path = write_table(
        tmp_path, HEADER,
        "P1;New ERP;active;2026-03-01;2026-12-01;100.50;Department of Agriculture;Anna Weber",
        "P2;Archive;active;early spring;2026-12-01;200.25;Department of Agriculture;Anna Weber",
        "P3;;active;2026-03-01;2026-12-01;300;Department of Agriculture;Anna Weber",
        "P4;Portal;active;2026-03-01;2026-12-01;10;Department of Agraculture;Anna Weber",
        "P1;Another;active;2026-03-01;2026-12-01;10;Department of Agriculture;",
        "P6;Late;active;2026-12-31;2026-01-01;10;Department of Agriculture;",
        ";Nothing;active;2026-03-01;2026-12-01;10;Department of Agriculture;",
        ";;;;;;;",
        "Total;;;;;620.75;;",
    )  # fmt: skip
    trial = await imported(portolan, path, FULL, validate_only=True)
    assert sorted(trial.findings) == [
        (3, "no_day", "Start"), (4, "missing_required", "Title"), (5, "misspelt_name", "Portfolio"),
        (6, "repeated_key", "Id"), (7, "before_start", "Finish"), (8, "missing_key", "Id"), (10, "total_row", ""),
    ]  # fmt: skip
    assert await projects(portolan) == {}
    done = await imported(portolan, path, FULL)
    assert (done.counts, done.findings) == (trial.counts, trial.findings)
    assert done.counts == {"created": 3, "refused": 4}
    assert [line for line, _, _ in done.refused] == [3, 4, 5, 6, 7, 8]
    before = await projects(portolan)
    assert {key: one["stage"] for key, one in before.items()} == dict.fromkeys(("P1", "P2", "P4"), "active")
    assert before["P1"]["portfolio_id"] == before["P2"]["portfolio_id"] is not None
    assert (before["P4"]["portfolio_id"], before["P2"]["planned_start_on"]) == (None, None)


async def test_parents_of_the_same_file_are_made_first(portolan: Portolan, tmp_path: Path) -> None:
    await imported(portolan, write_table(tmp_path, "Id;Title;Start", "P1;New ERP;", "P2;Archive;"), PROJECTS)
    packages = mapped(
        "projects.work_package",
        ("Project", "WBS"),
        Project="project_id",
        WBS="wbs",
        Name="name",
        Parent="parent_id",
    )
    path = write_table(
        tmp_path, "Project;WBS;Name;Parent", "P1;1.1.1;Deep;1.1", "P1;1.1;Middle;1", "P1;1;Top;", "P2;1;Other top;", "P2;1.1;Other;1",
    )  # fmt: skip
    trial = await imported(portolan, path, packages, validate_only=True)
    done = await imported(portolan, path, packages)
    assert (done.counts, done.findings) == ({"created": 5}, []) == (trial.counts, trial.findings)
    items = (await portolan("viewer").get("/projects/v1/work-packages?limit=200")).json()["items"]
    by_name = {item["name"]: item for item in items}
    assert by_name["Deep"]["parent_id"] == by_name["Middle"]["id"]
    assert by_name["Other"]["parent_id"] == by_name["Other top"]["id"]
    again = await imported(portolan, path, packages)
    assert (again.counts, again.findings) == ({"unchanged": 5}, [])


async def test_rows_with_a_day_are_replayed_oldest_first(portolan: Portolan, tmp_path: Path) -> None:
    mapping = structs.replace(PROJECTS, date_column="Year end")
    path = write_table(
        tmp_path, "Id;Title;Start;Year end",
        "P1;New ERP, late;2025-06-01;2025-12-31", "P2;Archive;2026-01-01;2025-12-31", "P1;New ERP;2025-03-01;2024-12-31",
    )  # fmt: skip
    trial = await imported(portolan, path, mapping, validate_only=True)
    done = await imported(portolan, path, mapping)
    assert (
        (done.counts, done.findings) == ({"created": 2, "changed": 1}, []) == (trial.counts, trial.findings)
    )
    one = (await projects(portolan))["P1"]
    history = (await portolan("viewer").get(f"/projects/v1/projects/{one['id']}/history")).json()["items"]
    assert [(item["version"], item["effective_at"][:10]) for item in history] == [
        (2, "2025-12-31"),
        (1, "2024-12-31"),
    ]
    assert one["name"] == "New ERP, late"
    again = await imported(portolan, path, mapping)
    assert (again.counts, again.findings) == ({"unchanged": 3}, [])


async def test_what_vanished_from_the_file_is_listed_and_stays(portolan: Portolan, tmp_path: Path) -> None:
    await imported(portolan, write_table(tmp_path, "Id;Title;Start", "P1;New ERP;", "P2;Archive;"), PROJECTS)
    done = await imported(portolan, write_table(tmp_path, "Id;Title;Start", "P1;New ERP;"), PROJECTS)
    assert ([one.key for one in done.preview.vanished], done.preview.vanished_count) == (["P2"], 1)
    assert set(await projects(portolan)) == {"P1", "P2"}


async def test_a_file_without_a_key_is_known_by_its_names(portolan: Portolan, tmp_path: Path) -> None:
    mapping = mapped("projects.portfolio", Name="name", About="description")
    await imported(portolan, write_table(tmp_path, "Name;About", "Health;One", "Roads;Two"), mapping)
    done = await imported(
        portolan, write_table(tmp_path, "Name;About", "Health;One", "Roads;Changed", "Rail;New"), mapping
    )
    assert (done.counts, done.findings) == ({"created": 1, "changed": 1, "unchanged": 1}, [])


async def test_a_list_taken_from_portolan_comes_back_with_only_its_changed_cells(
    portolan: Portolan, tmp_path: Path
) -> None:
    await imported(
        portolan, write_table(tmp_path, "Id;Title;Start", "P1;New ERP;2026-01-01", "P2;Archive;"), PROJECTS
    )
    first, second = sorted(
        (await projects(portolan)).values(), key=lambda one: str(one["name"]), reverse=True
    )
    mapping = mapped(
        "projects.project", ID="id", Version="version", Code="code", Title="name", Start="planned_start_on"
    )
    path = write_table(
        tmp_path, "ID;Version;Code;Title;Start",
        f"{first['id']};1;{first['code']};New ERP;2026-02-01", f"{second['id']};7;{second['code']};Old;",
        ";;PRJ-9000;Quite new;",
    )  # fmt: skip
    done = await imported(portolan, path, mapping)
    assert done.counts == {"created": 1, "changed": 1, "refused": 1}
    assert done.findings == [(3, "moved_on", "Version")]
    [change] = done.preview.changes
    assert (change.column, change.old, change.new) == ("Start", "2026-01-01", "2026-02-01")


async def test_a_trial_knows_what_the_import_will_find_taken(portolan: Portolan, tmp_path: Path) -> None:
    """Codes that are unique: one that is there, and one that two rows want."""
    mapping = mapped("projects.project", "Id", Id="external_ref.id", Title="name", Code="code")
    await imported(portolan, write_table(tmp_path, "Id;Title;Code", "P1;New ERP;ERP"), mapping)
    path = write_table(
        tmp_path, "Id;Title;Code", "P2;Archive;ERP", "P3;Portal;POR", "P4;Portal too;POR", "P5;Web;WEB"
    )
    trial = await imported(portolan, path, mapping, validate_only=True)
    done = await imported(portolan, path, mapping)
    assert (done.counts, done.findings) == (trial.counts, trial.findings)
    assert done.counts == {"created": 2, "refused": 2}
    assert [(line, column) for line, _, column in done.findings] == [(2, "Code"), (4, "Code")]


async def test_what_an_undo_archived_comes_back_with_the_same_file_and_what_somebody_archived_does_not(
    portolan: Portolan, tmp_path: Path
) -> None:
    path = write_table(tmp_path, "Id;Title;Start", "P1;New ERP;2026-03-01", "P2;Archive;", "P3;Portal;")
    first = await imported(portolan, path, PROJECTS)
    before = await projects(portolan)
    client = portolan("director")
    theirs = f"/projects/v1/projects/{before['P3']['id']}"
    assert (await client.delete(theirs, headers={"If-Match": '"1"'})).status_code == 204
    undone = await undo(client, first.summary["import"])
    assert (undone.archived, [one.reason for one in undone.remaining]) == (2, ["moved_on"])
    assert await projects(portolan) == {}
    corrected = write_table(tmp_path, "Id;Title;Start", "P1;New ERP;2026-03-01", "P2;Archives;", "P3;Portal;")
    again = await imported(portolan, corrected, PROJECTS)
    assert (again.preview.back, again.counts) == (2, {"changed": 2, "refused": 1})
    after = await projects(portolan)
    assert {key: (one["id"], one["name"]) for key, one in after.items()} == {
        "P1": (before["P1"]["id"], "New ERP"),
        "P2": (before["P2"]["id"], "Archives"),
    }
    assert (await imported(portolan, corrected, PROJECTS)).counts == {"unchanged": 2, "refused": 1}
    assert (await undo(client, again.summary["import"])).archived == 2
    assert await projects(portolan) == {}


async def test_a_person_who_is_written_in_two_ways_is_made_once(portolan: Portolan, tmp_path: Path) -> None:
    path = write_table(
        tmp_path,
        HEADER,
        "P1;New ERP;;;;;;Weber, Anna",
        "P2;Archive;;;;;;Anna Weber",
        "P3;Portal;;;;;;anna weber",
    )
    done = await imported(portolan, path, FULL)
    assert (done.counts, done.findings) == ({"created": 3}, [])
    assert {name: tally["created"] for name, tally in done.summary["made_first"].items()} == {"persons": 1}
    [person] = (await portolan("viewer").get("/resources/v1/persons")).json()["items"]
    assert person["name"] == "Anna Weber"
    assert {one["manager_id"] for one in (await projects(portolan)).values()} == {person["id"]}


async def test_a_row_with_the_key_of_a_record_of_something_else_is_refused_whole(
    portolan: Portolan, tmp_path: Path
) -> None:
    projects = mapped("projects.project", Code="code", Name="name")
    await imported(portolan, write_table(tmp_path, "Code,Name", "P-1,ERP", "P-2,CRM"), projects)
    packages = mapped("projects.work_package", "Task", Project="project_id", WBS="wbs", Task="name")
    first = write_table(tmp_path, "Project,WBS,Task", "P-1,1.1,Requirements")
    assert (await imported(portolan, first, packages)).counts == {"created": 1}
    other = write_table(tmp_path, "Project,WBS,Task", "P-2,5.1,Requirements")
    result = await imported(portolan, other, packages)
    assert result.counts == {"refused": 1}
    assert [code for _, code, _ in result.findings] == ["another_record"]
    stands = (await portolan("service").get("/projects/v1/work-packages")).json()["items"]
    assert [one["wbs"] for one in stands] == ["1.1"]


async def test_nothing_is_made_for_rows_that_do_not_come_in(portolan: Portolan, tmp_path: Path) -> None:
    department = ColumnMapping(column="Department", member="portfolio_id", by="name", makes=True)
    mapping = mapped("projects.project", "Code", Code="code", Name="name", Department=department)
    result = await imported(portolan, write_table(tmp_path, "Code,Name,Department", "P-1,,Finance"), mapping)
    assert result.counts == {"refused": 1}
    assert (await portolan("service").get("/projects/v1/portfolios")).json()["items"] == []


IDS = re.compile("[0-9a-f]{8}-[0-9a-f]{4}-7")


async def test_what_changes_is_named_as_people_name_it_in_their_language(
    portolan: Portolan, tmp_path: Path
) -> None:
    """No ids of records, and no codes of states."""
    department = ColumnMapping(column="Department", member="portfolio_id", by="name", makes=True)
    mapping = mapped(
        "projects.project", "Code", Code="code", Name="name", State="stage", Department=department
    )
    heading = "Code,Name,State,Department"
    first = write_table(tmp_path, heading, "P-1,ERP,on_hold,Finance", "P-2,CRM,active,Sales")
    await imported(portolan, first, mapping)
    changed = write_table(tmp_path, heading, "P-1,ERP,active,Sales", "P-2,CRM,active,Logistics")
    result = await imported(portolan, changed, mapping, validate_only=True)
    assert result.change_texts[2, "Department"] == ("Finance", "Sales")
    assert result.change_texts[3, "Department"] == ("Sales", "Logistics")
    sentences = [text for pair in result.change_texts.values() for text in pair]
    for finding in result.run.findings.items:
        sentences += [finding.value, str(finding.reason), in_language(finding.reason, "fr")]
    assert not [text for text in sentences if IDS.search(text) or "on_hold" in text]
    assert result.change_texts[2, "State"] == ("on hold", "active")
    assert [in_language(text, "fr") for text in result.change_texts[2, "State"]] == ["suspendu", "en cours"]


async def test_a_person_in_another_order_is_the_same_one(portolan: Portolan, tmp_path: Path) -> None:
    """In a list of persons, and where a column names one; whichever way came first."""
    persons = mapped("resources.person", Name="name", Where="location")
    first = write_table(tmp_path, "Name;Where", "Smith, John Jr.;Bern", "Anna Weber;Genf")
    assert (await imported(portolan, first, persons)).counts == {"created": 2}
    second = write_table(tmp_path, "Name;Where", "John Smith Jr.;Bern", "Weber, Anna;Basel")
    again = await imported(portolan, second, persons)
    assert (again.counts, again.findings) == ({"changed": 1, "unchanged": 1}, [])
    listed = (await portolan("service").get("/resources/v1/persons")).json()["items"]
    assert sorted(one["name"] for one in listed) == ["Anna Weber", "John Smith Jr."]
    body = {"name": "Muster, Otto", "email": "otto@example.org"}
    assert (await portolan("director").post("/resources/v1/persons", json=body)).status_code == 201
    manager = ColumnMapping(column="PM", member="manager_id", makes=True)
    mapping = mapped("projects.project", "Code", Code="code", Name="name", PM=manager)
    heading = "Code,Name,PM"
    project = write_table(tmp_path, heading, 'P-1,ERP,"Smith, John, Jr."', "P-2,CRM,Otto Muster")
    await imported(portolan, project, mapping)
    third = write_table(tmp_path, "Name;Where", "Otto Muster;Bern")
    assert (await imported(portolan, third, persons)).counts == {"changed": 1}
    listed = (await portolan("service").get("/resources/v1/persons")).json()["items"]
    assert len(listed) == 3


async def test_a_number_that_may_have_lost_its_last_zero_is_said(portolan: Portolan, tmp_path: Path) -> None:
    projects = mapped("projects.project", Code="code", Name="name")
    await imported(portolan, write_table(tmp_path, "Code,Name", "P-1,ERP"), projects)
    packages = mapped(
        "projects.work_package", ("Project", "WBS"), Project="project_id", WBS="wbs", Task="name"
    )
    rows = ("P-1,1.1,Plan", "P-1,1.2,Build", "P-1,1.1,Close")
    result = await imported(portolan, write_table(tmp_path, "Project,WBS,Task", *rows), packages)
    [finding] = result.run.findings.items
    assert (finding.code, "1.10" in finding.mend) == ("repeated_key", True)
    other = mapped("projects.work_package", "Task", Project="project_id", WBS="wbs", Task="name")
    again = write_table(tmp_path, "Project,WBS,Task", "P-1,1.1,Another")
    [finding] = (await imported(portolan, again, structs.replace(other, source="x"))).run.findings.items
    assert "1.10" in finding.mend, finding


async def test_a_full_week_is_that_of_the_calendar_of_the_organisation(portolan: Portolan) -> None:
    """The whole working week of 42 hours but for Fridays, based on another one; office hours where none says more."""
    director = portolan("director")

    async def make(collection: str, **body: object) -> str:
        answer = await director.post(f"/projects/v1/{collection}", json=body)
        return str(answer.raise_for_status().json()["id"])

    def day(weekday: str, *shifts: tuple[str, str]) -> dict[str, object]:
        return {"weekday": weekday, "shifts": [{"begins": begins, "ends": ends} for begins, ends in shifts]}

    base = await make("calendars", name="Base", week=[day("monday", ("07:30", "12:00"), ("13:00", "17:30"))])
    own = await make("calendars", name="Own", week=[day("friday", ("08:00", "12:00"))], based_on_id=base)
    async with client_of(portolan) as client:
        assert (await target_here(client, "persons")).full_week is None
        await make("organisations", name="City", profile="end_user", calendar_id=own)
        target = await target_here(client, "persons")
    assert target.full_week == 9 + 3 * 8 + 4
    table = Table(
        "p.csv", "", 1, ("Name", "FTE"), lambda: iter([Row(2, ("Ann", "0.8")), Row(3, ("Bo", "1"))])
    )
    proposal = propose(table, survey(table), target)
    assert [one.full_week for one in proposal.mapping.columns if one.column == "FTE"] == [37.0]
    assert proposal.questions == ()

"""An export: all versions that the caller sees, as they are; files, plans and a workbook; and what it is of."""

import json
from collections import Counter
from datetime import date
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx
import pytest
from python_calamine import CalamineWorkbook

from services.cli.sample import load_sample
from services.exports.asking import ExportFailed
from services.projects.engines.planfiles import read_mspdi
from shared.base.clock import end_of_day
from shared.contracts.forms import index
from tests.access.conftest import Office
from tests.conftest import Portolan
from tests.exports.conftest import exported, with_a_document
from tests.support.given import Arranger, Story, chf


def contents(folder: Path) -> dict[str, bytes]:
    """Every file of a folder by its path in it; nothing where there is no folder."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def lines(folder: Path, name: str) -> list[dict[str, Any]]:
    path = folder / f"{name}.jsonl"
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


async def test_every_version_of_everything_is_there_as_it_was_answered(
    portolan: Portolan, folder: Path
) -> None:
    await load_sample(portolan.running)
    await portolan.settled()
    manifest = await exported(portolan(), folder)
    for entry in index():
        if entry.key == "resources.personal_token":
            continue
        name = f"{entry.service}/{entry.collection}"
        there = lines(folder, name)
        listed = (await portolan().get(f"{entry.path}?limit=200&archived=true")).json()["items"]
        newest = {line["id"]: line["state"] for line in there}
        assert newest == {one["id"]: one for one in listed}, name
        assert manifest["counts"].get(name, {"versions": 0})["versions"] == len(there), name
        versions: dict[str, list[int]] = {}
        for line in there:
            versions.setdefault(line["id"], []).append(line["version"])
        assert all(each == list(range(1, len(each) + 1)) for each in versions.values()), name


async def test_a_line_says_who_did_what_when(portolan: Portolan, folder: Path) -> None:
    story = Story(portolan)
    project = await story.project("approve")
    await exported(portolan(), folder)
    created, approved = lines(folder, "projects/projects")
    assert (
        created["state"] | {"stage": "approved", "version": 2, "updated_at": approved["recorded_at"]}
        == approved["state"]
    )
    assert approved["id"] == project["id"]
    assert approved["type"] == "portolan.projects.project.approved.v1"
    assert (created["who"], approved["who"]) == ("director", "director's colleague")
    assert approved["changed"] == ["stage"]
    assert approved["effective_at"] == approved["recorded_at"] == project["updated_at"]


async def test_what_a_caller_does_not_see_is_not_there(portolan: Portolan, folder: Path) -> None:
    director = Arranger(portolan)
    hidden = await director.make("projects/v1/projects", name="Takeover", confidential=True)
    await director.make("projects/v1/projects", name="Portal")
    person = await director.make("resources/v1/persons", name="Ada")
    await director.make(
        "finance/v1/rate-cards", person_id=person["id"], amount=chf("1200.00"), valid_from="2026-01-01"
    )  # fmt: skip
    await portolan.settled()
    manifest = await exported(portolan("viewer"), folder)
    text = b"".join(contents(folder).values()).decode(errors="replace")
    assert [secret for secret in (hidden["id"], "Takeover", "1200.00") if secret in text] == []
    assert [line["state"]["name"] for line in lines(folder, "projects/projects")] == ["Portal"]
    assert manifest["made_for"]["subject"] == "viewer"
    assert manifest["made_for"]["sees_everything"] is False
    assert "what is restricted in finance" in [one["what"] for one in manifest["not_in_it"]]


async def test_a_personal_token_is_never_in_it_and_that_is_said(portolan: Portolan, folder: Path) -> None:
    assert (await portolan().post("/resources/v1/me/tokens", json={"name": "My notebook"})).status_code == 201
    manifest = await exported(portolan(), folder)
    assert not lines(folder, "resources/personal-tokens")
    [reason] = [one for one in manifest["not_in_it"] if one["what"] == "resources.personal_token"]
    assert reason["versions"] == 1


async def test_files_of_documents_are_there_under_their_hash(portolan: Portolan, folder: Path) -> None:
    project = await Story(portolan).project()
    await with_a_document(portolan, project, b"We met.")
    manifest = await exported(portolan(), folder)
    name = f"files/{sha256(b'We met.').hexdigest()}"
    assert (folder / name).read_bytes() == b"We met."
    assert manifest["counts"]["projects/documents"]["versions"] == 2


async def test_the_manifest_knows_each_file_by_its_hash(portolan: Portolan, folder: Path) -> None:
    await Story(portolan).project()
    await exported(portolan(), folder)
    files = json.loads((folder / "manifest.json").read_text())["files"]
    there = contents(folder)
    assert files == {
        name: {"bytes": len(content), "sha256": sha256(content).hexdigest()}
        for name, content in there.items()
        if name != "manifest.json"
    }


@pytest.mark.parametrize("language", ["en", "fr"])
async def test_the_workbook_names_what_ids_name_and_has_numbers_and_no_formula(
    portolan: Portolan, folder: Path, language: str
) -> None:
    director = Story(portolan)
    ada = await director.make("resources/v1/persons", name="=HYPERLINK(1)")
    await portolan.settled()
    project = await director.make(
        "projects/v1/projects", name="ERP", manager_id=ada["id"], planned_cost=chf("1234567.05")
    )
    await portolan.settled()
    await exported(portolan(), folder, language=language)
    book = CalamineWorkbook.from_filelike(BytesIO((folder / "portolan.xlsx").read_bytes()))
    title, manager, cost = {
        "en": ("Projects", "Project manager", "Planned cost"),
        "fr": ("Projets", "Chef de projet", "Coûts planifiés"),
    }[language]
    assert title in book.sheet_names
    head, row = book.get_sheet_by_name(title).to_python()
    cells = dict(zip(head, row, strict=True))
    assert cells["id"] == project["id"]
    assert (cells[manager], cells[f"{manager} (id)"]) == ("=HYPERLINK(1)", ada["id"])
    assert cells[cost] == 1234567.05
    assert row[head.index(cost) + 1] == "CHF"


async def test_a_plan_file_has_the_packages_of_its_project(portolan: Portolan, folder: Path) -> None:
    story = Story(portolan)
    project = await story.project()
    whole = await story.make("projects/v1/work-packages", project_id=project["id"], wbs="1", name="Build")
    for number in (1, 2, 10):
        await story.make(
            "projects/v1/work-packages", project_id=project["id"], wbs=f"1.{number}", name=f"Step {number}",
            parent_id=whole["id"], planned_start_on="2026-03-02", planned_finish_on="2026-03-13",
        )  # fmt: skip
    await exported(portolan(), folder)
    plan = read_mspdi((folder / "plans" / f"{project['code']}.xml").read_bytes()).plan
    assert [(a.wbs, a.name, a.parent) for a in plan.activities] == [
        ("1", "Build", None),
        ("1.1", "Step 1", plan.activities[0].id),
        ("1.2", "Step 2", plan.activities[0].id),
        ("1.10", "Step 10", plan.activities[0].id),
    ]
    assert str(plan.activities[1].planned_finish) == "2026-03-13 17:00:00"


async def test_an_export_as_of_a_day_has_what_counted_by_then(portolan: Portolan, folder: Path) -> None:
    story = Story(portolan)
    await story.put("projects/v1/projects", "1", "2024-01-10", name="Old name", code="OLD-1")
    await story.put("projects/v1/projects", "1", "2025-06-01", name="New name", code="OLD-1")
    await story.put("projects/v1/projects", "2", "2025-06-01", name="Later", code="OLD-2")
    manifest = await exported(
        portolan(), folder, as_of=date(2025, 5, 31), until=end_of_day(date(2025, 5, 31))
    )
    assert [line["state"]["name"] for line in lines(folder, "projects/projects")] == ["Old name"]
    assert manifest["as_of"] == "2025-05-31"


async def test_what_is_written_meanwhile_is_told_and_is_not_in_it(portolan: Portolan, folder: Path) -> None:
    await Story(portolan).project()

    async def write(answer: httpx.Response) -> None:
        if answer.request.url.path == "/projects/v1/events":
            await portolan().post("/projects/v1/projects", json={"name": "Meanwhile"})

    client = portolan("manager")
    client.event_hooks = {"request": [], "response": [write]}
    manifest = await exported(client, folder)
    assert [line["state"]["name"] for line in lines(folder, "projects/projects")] == ["New ERP"]
    assert manifest["positions"]["projects"]["written_meanwhile"] == 1


class BusyAtFirst(httpx.ASGITransport):
    """A server that has no time the first times that something is asked."""

    TIMES = 5

    def __init__(self, app: Any) -> None:
        super().__init__(app)
        self.requests = Counter[str]()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.requests[request.url.path] += 1
        if self.requests[request.url.path] > self.TIMES:
            return await super().handle_async_request(request)
        return httpx.Response(503, headers={"Retry-After": "0"})


async def test_a_busy_server_is_asked_again_for_versions_and_for_files(
    portolan: Portolan, folder: Path
) -> None:
    await with_a_document(portolan, await Story(portolan).project(), b"We met.")
    transport, seer = BusyAtFirst(portolan.app), portolan()
    async with httpx.AsyncClient(transport=transport, base_url=seer.base_url, headers=seer.headers) as busy:
        manifest = await exported(busy, folder)
    assert manifest["counts"]["projects/documents"]["versions"] == 2
    assert (folder / "files" / sha256(b"We met.").hexdigest()).read_bytes() == b"We met."


async def test_a_refusal_leaves_no_folder(portolan: Portolan, folder: Path) -> None:
    with pytest.raises(ExportFailed, match="401"):
        await exported(portolan.anonymous(), folder)
    assert contents(folder) == {}
    assert contents(folder.parent) == {}


async def test_a_participant_takes_out_what_their_memberships_show(portolan: Portolan, folder: Path) -> None:
    """Also in the workbook, the plans and the files; and the manifest says whose view it is."""
    office = Office(portolan)
    ours, theirs = await office.project("Portal"), await office.project("Takeover")
    for project in (ours, theirs):
        package = {"wbs": "1", "name": f"{project['name']} build", "planned_start_on": "2026-03-02"}
        await office.make("/projects/v1/work-packages", project_id=project["id"], **package)
        await with_a_document(portolan, project, f"About {project['name']}.".encode())
    lea = await office.participant("lea", "viewer", "project", ours["id"])
    manifest = await exported(lea, folder)
    text = b"".join(contents(folder).values()).decode(errors="replace")
    assert [secret for secret in (theirs["id"], "Takeover") if secret in text] == []
    assert sorted(path.name for path in (folder / "plans").iterdir()) == [f"{ours['code']}.xml"]
    assert [line["state"]["name"] for line in lines(folder, "projects/projects")] == ["Portal"]
    [file] = (folder / "files").iterdir()
    assert file.read_bytes() == b"About Portal."
    sheet = CalamineWorkbook.from_path(folder / "portolan.xlsx").get_sheet_by_name("Projects").to_python()
    assert len(sheet) == 2
    made_for = manifest["made_for"]
    assert (made_for["subject"], made_for["roles"], made_for["sees_everything"]) == (
        "lea",
        ["participant"],
        False,
    )
    membership = {"role": "viewer", "scope": "project", "scope_id": ours["id"]}
    assert made_for["memberships"] == [membership]

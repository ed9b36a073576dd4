"""A list that was taken from Portolan, edited in a spreadsheet and brought back, changes the edited cells and nothing else."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import httpx
import pytest
import xlsxwriter
from python_calamine import CalamineWorkbook

from services.cli.sample import load_sample
from services.exports.exporting import Wishes, export
from services.imports.findings import Findings
from services.imports.server import Server
from services.imports.tables.conventions import survey
from services.imports.tables.proposing import propose
from services.imports.tables.reading import Reading, tables_of
from services.imports.tables.running import TableImport
from services.imports.tables.spool import Spool
from services.imports.tables.targets import target_named
from shared.contracts.forms import Field, entry_by_key, model_of
from shared.contracts.words import capitalised, labels_in
from tests.conftest import Portolan
from tests.imports.tables.arranged import client_of
from tests.reporting.web.conftest import visiting

Cells = list[list[Any]]


@dataclass(frozen=True)
class Case:
    """A register, the member of which one cell is edited, and what then stands there."""

    key: str
    member: str
    cell: Mapping[str, Any]
    """What is written into the cell, in each language."""
    value: Any


CASES = (
    Case("projects.project", "name", {"en": "Renamed", "fr": "Renamed"}, "Renamed"),
    Case("projects.project", "planned_finish_on", {"en": "2027-02-28", "fr": "2027-02-28"}, "2027-02-28"),
    Case("projects.project", "planned_cost", {"en": "1234567.89", "fr": "1234567.89"}, "1234567.89"),
    Case("projects.work_package", "name", {"en": "Renamed", "fr": "Renamed"}, "Renamed"),
    Case("projects.work_package", "budget", {"en": "99999.05", "fr": "99999.05"}, "99999.05"),
    Case("risk.risk", "kind", {"en": "Opportunity", "fr": "Opportunité"}, "opportunity"),
    Case("risk.risk", "title", {"en": "=1+1, and more", "fr": "=1+1, et plus"}, None),
    Case("finance.actual_cost", "document", {"en": "INV-1", "fr": "FAC-1"}, None),
)

KEYS = tuple(dict.fromkeys(case.key for case in CASES))


@pytest.fixture
async def sampled(portolan: Portolan) -> Portolan:
    await load_sample(portolan.running)
    await portolan.settled()
    return portolan


def columns_of(key: str) -> list[Field]:
    """All that can be a column."""
    members = model_of(entry_by_key()[key]).members
    return [member for member in members if member.kind not in ("part", "rows", "map", "file")]


async def list_of(portolan: Portolan, key: str, language: str, form: str) -> bytes:
    """The file that the page of a register gives, with a column for everything that can be one."""
    entry = entry_by_key()[key]
    query = "&".join(f"columns={member.name}" for member in columns_of(key))
    async with visiting(portolan) as reader:
        reader.headers["Accept-Language"] = language
        await reader.get(await portolan.running.login_link())
        answer = await reader.get(f"/registers/{entry.service}/{entry.collection}/{form}?{query}")
    assert answer.status_code == 200, answer.text
    return answer.content


def read_cells(content: bytes, form: str) -> Cells:
    if form == "csv":
        return [list(row) for row in csv.reader(StringIO(content.decode("utf-8-sig")))]
    book = CalamineWorkbook.from_filelike(BytesIO(content))
    return book.get_sheet_by_index(0).to_python(skip_empty_area=False)


def saved(cells: Cells, form: str, folder: Path) -> Path:
    """As a spreadsheet saves it."""
    path = folder / f"list.{form}"
    if form == "csv":
        with path.open("w", newline="", encoding="utf-8-sig") as file:
            csv.writer(file).writerows(cells)
        return path
    with xlsxwriter.Workbook(
        path, {"default_date_format": "yyyy-mm-dd", "strings_to_formulas": False}
    ) as book:
        sheet = book.add_worksheet("List")
        for number, row in enumerate(cells):
            for place, value in enumerate(row):
                if value != "":
                    sheet.write(number, place, value)
    return path


async def brought_back(
    portolan: Portolan, path: Path, key: str, sheet: str = ""
) -> tuple[Findings, dict[str, Any]]:
    """The findings of the import, and its summary."""
    [table] = tables_of(path, Reading(sheet))
    surveyed, target = survey(table), target_named(entry_by_key()[key].collection)
    proposal = propose(table, surveyed, target)
    assert proposal.questions == ()
    async with client_of(portolan) as client:
        with Spool() as spool:
            run = TableImport(table, proposal.mapping, target, surveyed, Server(client), spool)
            run.judge()
            await run.look_up()
            await run.compare()
            await run.send()
            summary = run.summary()
    await portolan.settled()
    return run.findings, summary


async def states(client: httpx.AsyncClient, key: str) -> dict[str, dict[str, Any]]:
    items, following = [], f"{entry_by_key()[key].path}?limit=200&archived=true"
    while following:
        answer = await client.get(following)
        items += answer.json()["items"]
        following = answer.links.get("next", {}).get("url", "")
    return {item["id"]: item for item in items}


@pytest.mark.parametrize("form", ["csv", "xlsx"])
@pytest.mark.parametrize("language", ["en", "fr"])
async def test_a_list_that_nobody_edited_changes_nothing(
    sampled: Portolan, tmp_path: Path, language: str, form: str
) -> None:
    for key in KEYS:
        before = await states(sampled(), key)
        cells = read_cells(await list_of(sampled, key, language, form), form)
        findings, result = await brought_back(sampled, saved(cells, form, tmp_path), key)
        assert findings.items == [], key
        assert (result["created"], result["changed"], result["refused"]) == (0, 0, 0), key
        assert await states(sampled(), key) == before, key


@pytest.mark.parametrize("form", ["csv", "xlsx"])
@pytest.mark.parametrize("language", ["en", "fr"])
async def test_an_edited_cell_changes_that_member_and_nothing_else(
    sampled: Portolan, tmp_path: Path, language: str, form: str
) -> None:
    for key in KEYS:
        before = await states(sampled(), key)
        cells = read_cells(await list_of(sampled, key, language, form), form)
        cases = {edited_id(cells, case, language): case for case in CASES if case.key == key}
        findings, result = await brought_back(sampled, saved(cells, form, tmp_path), key)
        assert findings.items == [], key
        assert (result["created"], result["changed"]) == (0, len(cases)), key
        after = await states(sampled(), key)
        changed = {
            (id, name)
            for id, one in after.items()
            for name, value in one.items()
            if before[id][name] != value and name not in ("version", "updated_at")
        }
        assert changed == {(id, case.member) for id, case in cases.items()}, key
        for id, case in cases.items():
            value = after[id][case.member]
            assert (value["amount"] if isinstance(value, dict) else value) == (
                case.value or case.cell[language]
            )


def edited_id(cells: Cells, case: Case, language: str) -> str:
    """Edit the cell of the first row that nothing was edited in yet and that has something there; the row's id."""
    place, edits = place_of(case), [one.cell[language] for one in CASES]
    row = next(row for row in cells[1:] if row[place] != "" and not {*map(str, row)} & {*edits})
    row[place] = case.cell[language]
    return str(row[-2])


def place_of(case: Case) -> int:
    """The column of a member: an amount has another one beside it."""
    place = 0
    for member in columns_of(case.key):
        if member.name == case.member:
            return place
        place += 2 if member.kind == "money" else 1
    raise LookupError(case.member)


@pytest.mark.parametrize("form", ["csv", "xlsx"])
async def test_a_text_that_looks_like_a_formula_comes_back_as_it_was(
    portolan: Portolan, tmp_path: Path, form: str
) -> None:
    """A spreadsheet would carry it out, so the list protects it; what protects it is no part of the text."""
    for name in ("=1+1", "'=1+1", "+41 44 123 45 67", "-", "@home", "'quoted'", "|pipe", "%"):
        assert (await portolan().post("/projects/v1/projects", json={"name": name})).status_code == 201
    await portolan.settled()
    key = "projects.project"
    before = await states(portolan(), key)
    cells = read_cells(await list_of(portolan, key, "en", form), form)
    findings, _ = await brought_back(portolan, saved(cells, form, tmp_path), key)
    assert findings.items == []
    assert await states(portolan(), key) == before


def is_of_windows(text: str) -> bool:
    """Whether Windows-1252 has all of its characters."""
    return text.encode("cp1252", "replace").count(b"?") == text.count("?")


FRENCH_DECIMALS = str.maketrans(".", ",")


async def test_a_list_that_a_french_spreadsheet_saved_comes_back_too(
    sampled: Portolan, tmp_path: Path
) -> None:
    """With semicolons, decimal commas, days such as 28/02/2027 and characters of Windows."""
    key = "projects.project"
    before = await states(sampled(), key)
    cells = read_cells(await list_of(sampled, key, "fr", "csv"), "csv")
    kinds = [kind for m in columns_of(key) for kind in ((m.kind, "") if m.kind == "money" else (m.kind,))]
    cells = [row for row in cells if is_of_windows("".join(row))]
    for row in cells[1:]:
        for place, kind in enumerate(kinds):
            if kind == "money":
                row[place] = row[place].translate(FRENCH_DECIMALS)
            elif kind == "day" and row[place]:
                row[place] = "/".join(reversed(row[place].split("-")))
    path = tmp_path / "liste.csv"
    with path.open("w", newline="", encoding="cp1252") as file:
        csv.writer(file, delimiter=";").writerows(cells)
    findings, _ = await brought_back(sampled, path, key)
    assert findings.items == []
    assert await states(sampled(), key) == before


@pytest.mark.parametrize("language", ["en", "fr"])
async def test_a_sheet_of_an_exported_workbook_comes_back_too(
    sampled: Portolan, tmp_path_factory: pytest.TempPathFactory, language: str
) -> None:
    folder = tmp_path_factory.mktemp("export") / "out"
    await export(sampled(), folder, Wishes(language=language))
    labels = labels_in(language)
    for key in KEYS:
        before = await states(sampled(), key)
        sheet = capitalised(labels("aggregates", entry_by_key()[key].name))
        findings, result = await brought_back(sampled, folder / "portolan.xlsx", key, sheet)
        assert findings.items == [], key
        assert result["unchanged"] == len(before), key
        assert await states(sampled(), key) == before, key

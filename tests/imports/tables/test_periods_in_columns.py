"""Tables with one column for each period, as budgets and plans are laid out: each filled cell becomes a row."""

import csv
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from services.imports.server import Server
from services.imports.tables.conventions import survey
from services.imports.tables.mapping import Mapping
from services.imports.tables.mapping_files import from_toml, to_toml
from services.imports.tables.open_questions import open_questions, with_answer
from services.imports.tables.proposing import propose
from services.imports.tables.reading import tables_of
from services.imports.tables.refused_rows import write_refused
from services.imports.tables.running import TableImport
from services.imports.tables.spool import Spool
from services.imports.tables.spreading import laid_out
from services.imports.tables.targets import target_named
from shared.base.settings import Settings
from tests.conftest import Portolan, running_portolan
from tests.imports.tables.arranged import Result, client_of, imported, mapped, write_table

PROJECTS = mapped(
    "projects.project", "Id", Id="code", Name="name", Cost="planned_cost", Currency="planned_cost.currency",
    State="stage",
)  # fmt: skip
BUDGET = (
    "Project;Cost type;2025;2026;2027;Total",
    "PR-001;Licences;100;200.50;;300.50",
    "PR-001;Staff;50;;n/a;50",
    "PR-002;Hardware;10;20;30;61",
    "Total;;160;220.50;30;411.50",
)


@pytest.fixture
async def portolan(tmp_path: Path) -> AsyncIterator[Portolan]:
    async with running_portolan(Settings(data=tmp_path / "data")) as running:
        lines = ("Id;Name;Cost;Currency;State", "PR-001;One;1000;CHF;active", "PR-002;Two;2000;CHF;active")
        await imported(running, write_table(tmp_path, *lines, name="projects.csv"), PROJECTS)
        yield running


def proposed(path: Path, register: str) -> Mapping:
    """The mapping that is proposed for a file, with francs where nothing says a currency."""
    target = target_named(register)
    table = laid_out(tables_of(path)[0], target)
    surveyed = survey(table)
    mapping = propose(table, surveyed, target).mapping
    for question in open_questions(mapping, surveyed, target):
        mapping = with_answer(
            mapping, question, {"currency": "CHF"}.get(question.setting) or question.suggested or ""
        )
    return mapping


async def brought_in(
    portolan: Portolan,
    path: Path,
    mapping: Mapping,
    refused: Path | None = None,
    *,
    validate_only: bool = False,
) -> Result:
    """The file by a mapping that was saved and read again."""
    mapping = from_toml(to_toml(mapping))
    target = target_named(mapping.register)
    table = laid_out(tables_of(path)[0], target, mapping)
    surveyed = survey(table)
    async with client_of(portolan) as client:
        with Spool() as spool:
            run = TableImport(
                table, mapping, target, surveyed, Server(client), spool, validate_only=validate_only
            )
            run.judge()
            await run.look_up()
            preview = await run.compare()
            await run.send()
            await portolan.settled()
            if refused:
                write_refused(refused, table, spool)
            return Result(run, preview)


async def budget(portolan: Portolan) -> dict[str, tuple[int, str, str]]:
    items = (await portolan("viewer").get("/finance/v1/budget-lines?limit=200")).json()["items"]
    return {
        item["external_ref"]["id"]: (item["fiscal_year"], item["amount"]["amount"], item["cost_type"])
        for item in items
    }


async def test_each_filled_cell_becomes_a_row_and_the_same_file_again_changes_nothing(
    portolan: Portolan, tmp_path: Path
) -> None:
    path = write_table(tmp_path, *BUDGET)
    mapping = proposed(path, "budget-lines")
    first = await brought_in(portolan, path, mapping)
    assert first.counts == {"created": 6}
    assert await budget(portolan) == {
        "PR-001/Licences/2025": (2025, "100.00", "Licences"),
        "PR-001/Licences/2026": (2026, "200.50", "Licences"),
        "PR-001/Staff/2025": (2025, "50.00", "Staff"),
        "PR-002/Hardware/2025": (2025, "10.00", "Hardware"),
        "PR-002/Hardware/2026": (2026, "20.00", "Hardware"),
        "PR-002/Hardware/2027": (2027, "30.00", "Hardware"),
    }
    assert first.findings == [(5, "total_row", ""), (4, "total_differs", "Total")]
    again = await brought_in(portolan, path, mapping)
    assert again.counts == {"unchanged": 6}


async def test_findings_name_the_column_of_the_sheet_and_what_was_refused_comes_back_as_its_line(
    portolan: Portolan, tmp_path: Path
) -> None:
    path = write_table(tmp_path, *BUDGET[:2], "PR-001;Staff;50;fifty;60;", "PR-009;Licences;1;2;;")
    mapping, refused = proposed(path, "budget-lines"), tmp_path / "refused.csv"
    first = await brought_in(portolan, path, mapping, refused)
    assert first.counts == {"created": 4, "refused": 3}
    assert sorted(first.findings) == [
        (3, "no_number", "2026"), (4, "missing", "Project"), (4, "not_there", "Project"),
    ]  # fmt: skip
    with refused.open(encoding="utf-8-sig", newline="") as file:
        head, *rows = csv.reader(file)
    assert head == ["Project", "Cost type", "2025", "2026", "2027", "Total", "line", "reasons"]
    assert [row[:7] for row in rows] == [
        ["PR-001", "Staff", "", "fifty", "", "", "3"], ["PR-009", "Licences", "1", "2", "", "", "4"],
    ]  # fmt: skip
    corrected = write_table(
        tmp_path, refused.read_text(encoding="utf-8-sig").replace("fifty", "55").replace("PR-009", "PR-002"),
        name="refused.csv",
    )  # fmt: skip
    again = await brought_in(portolan, corrected, mapping)
    assert again.counts == {"created": 3}


async def test_only_the_changed_cells_change_and_a_year_more_is_taken_by_itself(
    portolan: Portolan, tmp_path: Path
) -> None:
    mapping = proposed(path := write_table(tmp_path, *BUDGET[:4]), "budget-lines")
    await brought_in(portolan, path, mapping)
    later = write_table(tmp_path, "Project;Cost type;2026;2027;2028", "PR-001;Licences;210;;99")
    trial = await brought_in(portolan, later, mapping, validate_only=True)
    again = await brought_in(portolan, later, mapping)
    assert trial.counts == again.counts == {"created": 1, "changed": 1}
    [change] = again.preview.changes
    assert (change.line, change.column) == (2, "2026")
    lines: dict[str, Any] = await budget(portolan)
    assert lines["PR-001/Licences/2026"][1] == "210.00"
    assert lines["PR-001/Licences/2028"] == (2028, "99.00", "Licences")

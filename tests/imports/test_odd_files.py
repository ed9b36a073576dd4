"""Files that are not as published: what is refused as a whole, and what is reported row by row."""

import csv
import re
from collections.abc import AsyncIterator, Sequence
from datetime import date
from pathlib import Path
from time import monotonic
from typing import Any

import httpx
import pytest
from click.testing import CliRunner

from services.cli import main
from services.imports.federal import importing
from services.imports.federal.columns import COLUMNS, File, imported
from services.imports.federal.importing import Files
from services.imports.findings import Findings
from services.imports.tables.table import UnreadableTable
from services.imports.upserts import Stage
from shared.base.settings import Settings
from tests.conftest import Portolan, running_portolan

UII = "005-000001723"
PROJECT = {
    "project_id": "656", "investment_uii": UII, "agency_code": "5", "agency_name": "Agriculture",
    "project_name": "Operations", "start_date": "2011-10-01", "planned_completion_b2": "2012-03-31",
    "projected_actual_completion_b2": "2012-03-31", "schedule_variance_days": "0", "lifecycle_cost_musd": "15.297",
    "planned_cost_musd": "15.297", "projected_actual_cost_musd": "15.297", "updated_at": "2012-04-01T10:22:25Z",
}  # fmt: skip
INVESTMENT = {
    "investment_uii": UII, "agency_code": "5", "agency_name": "Agriculture", "title": "Networks",
    "cio_eval_2017": "4", "funding_py": "1.5",
}  # fmt: skip
CONTRACT = {
    "Unique Investment Identifier": UII, "Agency Code": "5", "Contract ID": "22329", "Contract Number (PIID)": "GST1",
    "Base Contract ID (USAspending)": "42210", "Vendor Name (USAspending)": "SAIC",
    "Action Obligation Amount (In $ million) (USAspending)": "29.535882",
    "Contract Start Date (USAspending)": "01/27/2011", "Contract End Date (USAspending)": "01/30/2016",
}  # fmt: skip

Rows = Sequence[dict[str, str]]


def written(
    folder: Path, projects: Rows, investments: Rows = (INVESTMENT,), contracts: Rows = (CONTRACT,)
) -> Files:
    by_key: dict[File, Rows] = {"projects": projects, "investments": investments, "contracts": contracts}
    for name, rows in by_key.items():
        with (folder / f"{name}.csv").open("w", newline="") as file:
            writer = csv.DictWriter(
                file, [column.name for column in COLUMNS[name] if column.name != "cost_variance_musd"]
            )
            writer.writeheader()
            writer.writerows(rows)
    return Files(**{name: folder / f"{name}.csv" for name in by_key})


def judged(files: Files) -> tuple[list[Stage], Findings]:
    findings = Findings()
    return importing.stages(importing.read_all(files), date(2012, 8, 31), findings), findings


def listed(findings: Findings) -> list[tuple[str, int, str]]:
    return [(f["file"], f["line"], f["code"]) for f in findings.to_json()]


def upserts(stages: list[Stage], name: str) -> list[Any]:
    return [u for stage in stages if stage.name == name for u in stage.upserts]


def test_rows_as_published_are_not_odd(tmp_path: Path) -> None:
    assert listed(judged(written(tmp_path, [PROJECT]))[1]) == []


@pytest.mark.parametrize(
    ("column", "text"),
    [
        ("planned_cost_musd", "abc"),
        ("planned_cost_musd", "NaN"),
        ("lifecycle_cost_musd", "1e400"),
        ("lifecycle_cost_musd", "-Infinity"),
        ("start_date", "2011-13-01"),
        ("schedule_variance_days", "late"),
    ],
)
def test_a_cell_that_cannot_be_read_is_reported_and_the_row_imported_without_it(
    tmp_path: Path, column: str, text: str
) -> None:
    stages, findings = judged(written(tmp_path, [PROJECT | {column: text}]))
    assert ("projects.csv", 2, "unreadable_cell") in listed(findings)
    [project] = upserts(stages, "projects")
    assert project.key == "656"


def test_a_rating_that_is_no_number_is_reported_and_left_out(tmp_path: Path) -> None:
    stages, findings = judged(written(tmp_path, [PROJECT], [INVESTMENT | {"cio_eval_2017": "x"}]))
    assert listed(findings) == [("investments.csv", 2, "unreadable_cell")]
    assert upserts(stages, "assessments") == []


def test_a_second_row_with_the_same_key_is_reported_and_not_imported(tmp_path: Path) -> None:
    again = PROJECT | {"project_name": "Other"}
    files = written(tmp_path, [PROJECT, again], [INVESTMENT, INVESTMENT], [CONTRACT, CONTRACT])
    stages, findings = judged(files)
    repeated = [f.file for f in findings.items if f.code == "repeated_key" and f.line == 3]
    assert sorted(repeated) == ["contracts.csv", "investments.csv", "projects.csv"]
    assert [u.body["name"] for u in upserts(stages, "projects")] == ["Operations"]


def test_stray_spaces_and_texts_too_long_are_reported_in_every_file(tmp_path: Path) -> None:
    project = PROJECT | {"project_name": " Operations", "project_description": "x" * 20_001}
    stages, findings = judged(written(tmp_path, [project], [INVESTMENT | {"title": "y" * 301}]))
    assert listed(findings) == [
        ("investments.csv", 2, "text_too_long"),
        ("projects.csv", 2, "stray_spaces"),
        ("projects.csv", 2, "text_too_long"),
    ]
    [body] = [u.body for u in upserts(stages, "projects")]
    assert (body["name"], len(body["description"])) == ("Operations", 20_000)


def test_an_amount_finer_than_a_cent_is_rounded_half_even_and_reported(tmp_path: Path) -> None:
    project = PROJECT | {"planned_cost_musd": "1.000000005", "projected_actual_cost_musd": "1.000000015"}
    stages, findings = judged(written(tmp_path, [project]))
    assert listed(findings).count(("projects.csv", 2, "sub_cent")) == 2
    [body] = [u.body for u in upserts(stages, "projects")]
    assert (body["planned_cost"]["amount"], body["forecast_cost"]["amount"]) == ("1000000.00", "1000000.02")


def test_a_project_with_a_finish_and_no_start_keeps_its_finish(tmp_path: Path) -> None:
    stages, findings = judged(written(tmp_path, [PROJECT | {"start_date": ""}]))
    assert listed(findings) == [("projects.csv", 2, "no_start")]
    assert upserts(stages, "projects")[0].body["actual_finish_on"] == "2012-03-31"


def test_an_investment_with_contracts_and_no_project_is_told_from_an_empty_one(tmp_path: Path) -> None:
    empty = INVESTMENT | {"investment_uii": "005-000000009"}
    _, findings = judged(written(tmp_path, [], [INVESTMENT, empty]))
    assert [(f.code, f.reason) for f in findings.items] == [
        ("no_projects", "the investment has no project, but contracts"),
        ("no_projects", "the investment has no project"),
    ]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "projects.csv is empty"),
        (b"project_id,agency_code\n1,5\n", "projects.csv lacks the columns investment_uii"),
        ("café".encode("latin-1"), "projects.csv lacks the columns project_id"),
        ("project_id".encode("utf-16"), "projects.csv lacks the columns investment_uii"),
    ],
)
def test_a_file_that_is_not_the_one_meant_is_refused(tmp_path: Path, content: bytes, reason: str) -> None:
    files = written(tmp_path, [PROJECT])
    files.projects.write_bytes(content)
    with pytest.raises(UnreadableTable, match=reason):
        importing.read_all(files)


def test_a_column_that_is_named_twice_is_refused(tmp_path: Path) -> None:
    """Nobody can say which of the two is meant."""
    files = written(tmp_path, [PROJECT])
    header, *rows = files.projects.read_text().splitlines()
    column = imported("projects")[-1]
    files.projects.write_text("\n".join([f"{header},{column}", *(f"{row},1" for row in rows)]))
    with pytest.raises(UnreadableTable, match=f"{re.escape(column)} more than once"):
        importing.read_all(files)


@pytest.mark.parametrize("column", imported("projects"))
def test_no_column_that_is_brought_in_may_be_missing(tmp_path: Path, column: str) -> None:
    files = written(tmp_path, [PROJECT])
    files.projects.write_text(files.projects.read_text().replace(column, "other", 1))
    with pytest.raises(UnreadableTable, match=f"projects.csv lacks the columns {column}"):
        importing.read_all(files)


@pytest.mark.parametrize("row", ['657,"Operations\r\n', '657,"Oper"ations\r\n'])
def test_a_row_that_is_not_csv_is_refused_with_its_line(tmp_path: Path, row: str) -> None:
    files = written(tmp_path, [PROJECT])
    files.projects.write_text(files.projects.read_text() + row)
    with pytest.raises(UnreadableTable, match=r"projects\.csv, line 3"):
        importing.read_all(files)


def test_a_row_with_too_many_cells_is_a_finding_and_the_others_are_imported(tmp_path: Path) -> None:
    files = written(tmp_path, [PROJECT, PROJECT | {"project_id": "657"}])
    files.projects.write_text(files.projects.read_text() + "658" + ",x" * 20 + "\n")
    stages, findings = judged(files)
    [malformed] = [f for f in findings.items if f.code == "malformed_row"]
    assert (malformed.line, malformed.lost, malformed.mend != "") == (4, True, True)
    assert [upsert.key for upsert in upserts(stages, "projects")] == ["656", "657"]


def test_a_finding_names_the_column_as_the_file_does_and_shows_the_cell(tmp_path: Path) -> None:
    files = written(tmp_path, [PROJECT | {"planned_cost_musd": "abc"}])
    files.projects.write_text(files.projects.read_text().replace("planned_cost_musd", "Planned Cost ($ M)"))
    [unread] = [f for f in judged(files)[1].items if f.code == "unreadable_cell"]
    assert (unread.column, unread.value) == ("Planned Cost ($ M)", "abc")
    assert unread.mend == "Write days as 2026-03-31 and amounts as 1234.50."


FEED = {
    "Unique Investment Identifier": UII, "Business Case ID": "212", "Agency Code": "005", "Agency Name": "Agriculture",
    "Investment Title": "", "Project ID": "656", "Agency Project ID": "", "Project Name": "Operations",
    "Project Description": "", "Start Date": "10/01/2011", "Completion Date (B1)": "09/30/2012",
    "Planned Project Completion Date (B2)": "03/31/2012", "Projected/Actual Project Completion Date (B2)": "03/31/2012",
    "Lifecycle Cost  ($ M)": "$15.297", "Schedule Variance (in days)": "0", "Schedule Variance (%)": "0",
    "Cost Variance ($ M)": "0", "Cost Variance (%)": "0", "Planned Cost ($ M)": "15.297",
    "Projected/Actual Cost ($ M)": "15.297", "Updated Date": "04/13/2012", "Updated Time": "10:22:25", "Unique Project ID": "1",
}  # fmt: skip
"""A row of the projects feed as the IT Dashboard published it."""


def test_the_projects_feed_is_read_as_it_was_published(tmp_path: Path) -> None:
    """With a notice above the names of the columns, and a total below."""
    cleaned = written(tmp_path, [PROJECT, PROJECT | {"project_id": "657", "start_date": "2011-10-14"}])
    expected = upserts(judged(cleaned)[0], "projects")
    second = FEED | {"Project ID": "657", "Start Date": "10/14/2011", "Unique Project ID": "2"}
    with cleaned.projects.open("w", newline="") as file:
        file.write("Data of the IT Dashboard are reported by agencies.\r\n\r\n")
        writer = csv.DictWriter(file, list(FEED))
        writer.writeheader()
        writer.writerows(
            [FEED, second, {"Unique Investment Identifier": "Total", "Planned Cost ($ M)": "30.594"}]
        )
    stages, findings = judged(cleaned)
    actual = upserts(stages, "projects")
    assert [(u.key, u.body, u.parents) for u in actual] == [(u.key, u.body, u.parents) for u in expected]
    assert [(f.code, f.line) for f in findings.items] == [("total_row", 6)]


def test_an_investments_file_without_ratings_and_funding_brings_programmes(tmp_path: Path) -> None:
    files = written(tmp_path, [PROJECT])
    files.investments.write_text(
        f"UII,Agency Code,Agency Name,Investment Title\n{UII},5,Agriculture,Networks\n005-000000009,5,Agriculture,Mail\n"
    )
    stages, findings = judged(files)
    assert [u.body["name"] for u in upserts(stages, "programmes")] == ["Networks", "Mail"]
    assert upserts(stages, "budget lines") == upserts(stages, "assessments") == []
    assert [f.code for f in findings.items] == ["no_projects"]


def test_a_byte_order_mark_and_plain_line_ends_are_read_the_same(tmp_path: Path) -> None:
    files = written(tmp_path, [PROJECT])
    expected = importing.read_all(files)
    files.projects.write_bytes(b"\xef\xbb\xbf" + files.projects.read_bytes().replace(b"\r\n", b"\n"))
    assert importing.read_all(files) == expected


def portolan_import(files: Files, *options: object) -> Any:
    named = ("--projects", files.projects, "--investments", files.investments, "--contracts", files.contracts)
    arguments = ("import", "itdb", *named, "--as-of", "2012-08-31", *options)
    return CliRunner().invoke(main, [str(a) for a in arguments])


def test_a_report_that_cannot_be_written_is_said_before_the_import(tmp_path: Path) -> None:
    done = portolan_import(
        written(tmp_path, [PROJECT]), "--token", "t", "--report", tmp_path / "no" / "r.json"
    )
    assert (done.exit_code, "r.json cannot be written" in done.output) == (1, True)


def test_a_folder_without_an_instance_is_said_and_left_alone(tmp_path: Path) -> None:
    done = portolan_import(written(tmp_path, [PROJECT]), "--data", tmp_path / "typo", "--validate-only")
    assert (done.exit_code, "no instance was ever started" in done.output) == (1, True)
    assert not (tmp_path / "typo").exists()


def test_a_server_that_never_answers_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.imports.server.UNANSWERED_S", 0)
    done = portolan_import(written(tmp_path, [PROJECT]), "--token", "t", "--url", "http://127.0.0.1:9")
    assert (done.exit_code, "http://127.0.0.1:9 cannot be reached" in done.output) == (1, True)


@pytest.fixture
async def portolan(tmp_path: Path) -> AsyncIterator[Portolan]:
    async with running_portolan(Settings(data=tmp_path / "data")) as running:
        yield running


async def brought_in(
    portolan: Portolan, files: Files, validate_only: bool
) -> tuple[dict[str, Any], Findings]:
    stages, findings = judged(files)
    headers = {"Authorization": f"Bearer {portolan.token('service')}", "Portolan-Effective-At": "2012-08-31"}
    transport = httpx.ASGITransport(portolan.running)
    async with httpx.AsyncClient(transport=transport, base_url="http://portolan", headers=headers) as client:
        summary = await importing.run(
            client, stages, findings, validate_only=validate_only, progress=lambda stage, done: None
        )
    return summary, findings


@pytest.mark.parametrize("validate_only", [True, False])
async def test_what_names_an_absent_parent_is_reported_and_imported_without_it(
    portolan: Portolan, tmp_path: Path, validate_only: bool
) -> None:
    contract = CONTRACT | {"Unique Investment Identifier": "005-999999999"}
    summary, findings = await brought_in(
        portolan, written(tmp_path, [PROJECT], contracts=[contract]), validate_only
    )
    assert summary["sent"]["contracts"]["created"] == 1
    [absent] = [f for f in findings.items if f.code == "parent_absent"]
    assert (absent.file, absent.line, absent.done) == ("contracts.csv", 2, "imported without it")


async def everything(portolan: Portolan) -> dict[tuple[str, str], Any]:
    """(service, table) -> its rows."""
    rows = {}
    for name, one in portolan.running.services.items():
        store = one.kernel.store
        for (table,) in await store.fetch("SELECT name FROM sqlite_master WHERE type = 'table'"):
            if table not in ("lease", "due_kind"):  # whoever looks at what is due writes them meanwhile
                rows[name, table] = await store.fetch(f'SELECT * FROM "{table}"')
    return rows


async def test_a_validate_only_leaves_every_table_as_it_was(portolan: Portolan, tmp_path: Path) -> None:
    """Not even a number is drawn: the first project that is brought in afterwards is PRJ-0001."""
    files = written(tmp_path, [PROJECT])
    before = await everything(portolan)
    await brought_in(portolan, files, validate_only=True)
    assert await everything(portolan) == before
    await brought_in(portolan, files, validate_only=False)
    [project] = (await portolan("viewer").get("/projects/v1/projects")).json()["items"]
    assert project["code"] == "PRJ-0001"


async def test_a_validate_only_on_an_empty_instance_waits_for_nothing(
    portolan: Portolan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it asks other services about cannot arrive: it is not given the time that a write is given."""
    monkeypatch.setattr("shared.domain.references.WAIT_S", 60)
    started = monotonic()
    summary, findings = await brought_in(portolan, written(tmp_path, [PROJECT]), validate_only=True)
    assert (findings.items, summary["sent"]["budget lines"]["created"]) == ([], 1)
    assert monotonic() - started < 60

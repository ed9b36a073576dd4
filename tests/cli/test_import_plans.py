"""`portolan import plans`, `project-online` and `jira`, as they are called: what they say, and how they end."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from services.cli import main
from tests.system.running import ROOT, EmbeddedProcess

SAMPLES = ROOT / "sample" / "imports"
COMMANDS: dict[str, list[object]] = {
    "plans": [SAMPLES / "plan-files"],
    "project-online": [SAMPLES / "project-online", "--currency", "chf"],
    "jira": [*sorted((SAMPLES / "jira").iterdir())],
}


def portolan_import(command: str, *more: object) -> Result:
    return CliRunner().invoke(main, ["import", command, *(str(a) for a in more)])


@pytest.fixture(scope="module")
def instance(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[object]]:
    process = EmbeddedProcess(tmp_path_factory.mktemp("plans") / "data")
    process.start()
    try:
        yield ["--data", process.data, "--url", process.url]
    finally:
        process.end()


@pytest.mark.parametrize("command", COMMANDS)
def test_the_samples_come_in_and_a_second_time_change_nothing(
    instance: list[object], tmp_path: Path, command: str
) -> None:
    report = tmp_path / "report.json"
    checked = portolan_import(command, *COMMANDS[command], *instance, "--validate-only")
    assert (checked.exit_code, "Checked, nothing written." in checked.output) == (0, True), checked.output
    first = portolan_import(command, *COMMANDS[command], *instance, "--portfolio", "All", "--report", report)
    assert (first.exit_code, "Not taken" in first.output) == (0, True), first.output
    assert json.loads(report.read_text())["losses"]
    again = portolan_import(command, *COMMANDS[command], *instance, "--report", report)
    assert again.exit_code == 0, again.output
    sent = json.loads(report.read_text())["sent"]
    assert not any(tally.get("created") or tally["changed"] for tally in sent.values()), sent


def test_a_file_that_cannot_be_read_is_named_and_the_exit_code_says_so(
    instance: list[object], tmp_path: Path
) -> None:
    (tmp_path / "odd.xml").write_text("<html/>")
    done = portolan_import("plans", tmp_path, *instance)
    assert (done.exit_code, "odd.xml" in done.output) == (3, True), done.output


def test_time_sheets_are_counted_and_their_files_copied_where_the_caller_says(
    instance: list[object], tmp_path: Path
) -> None:
    done = portolan_import(
        "project-online", *COMMANDS["project-online"], *instance, "--keep", tmp_path / "later"
    )
    assert (done.exit_code, "3 TimesheetLines" in done.output) == (0, True), done.output
    original = SAMPLES / "project-online" / "TimesheetLines.json"
    assert (tmp_path / "later" / "TimesheetLines.json").read_bytes() == original.read_bytes()


@pytest.mark.parametrize("command", ["plans", "project-online"])
def test_an_empty_folder_is_said(tmp_path: Path, command: str) -> None:
    done = portolan_import(command, tmp_path)
    assert (done.exit_code, "holds no" in done.output) == (1, True), done.output

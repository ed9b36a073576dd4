"""`portolan import list` and `portolan import undo`, as they are called."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from services.cli import main
from tests.system.running import EmbeddedProcess

UNKNOWN = "01978f2e-7c4a-7d3b-9a41-5f0c6e1b2a3d"


@pytest.fixture(scope="module")
def instance(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedProcess]:
    process = EmbeddedProcess(tmp_path_factory.mktemp("undoing") / "data")
    process.start()
    try:
        yield process
    finally:
        process.end()


def call(instance: EmbeddedProcess, *words: object) -> Result:
    reached = ("--data", instance.data, "--url", instance.url)
    return CliRunner().invoke(main, ["import", *(str(word) for word in (*words, *reached))])


def bring_in(instance: EmbeddedProcess, folder: Path) -> Result:
    path = folder / "portfolios.csv"
    path.write_text("Key;Name\nF-1;Infrastructure\nF-2;Health\n")
    return call(instance, "table", path, "--as", "portfolios", "--key", "Key", "--yes")


def test_an_import_is_listed_tried_undone_and_comes_back(instance: EmbeddedProcess, tmp_path: Path) -> None:
    assert "Nothing was imported." in call(instance, "list").output
    done = bring_in(instance, tmp_path)
    assert done.exit_code == 0, done.output
    id = done.output.partition("portolan import undo ")[2].split()[0]
    listed = call(instance, "list").output
    assert id in listed
    assert "2 written" in listed
    trial = call(instance, "undo", id, "--validate-only")
    assert (trial.exit_code, trial.output.splitlines()[0]) == (0, "Checked, nothing written.")
    undone = call(instance, "undo", id)
    assert (undone.exit_code, undone.output.splitlines()[:2]) == (
        0,
        ["Undone.", "  2 archived, 0 given back, 0 stay"],
    )
    again = call(instance, "undo", id)
    assert (again.exit_code, again.output) == (0, "This import is undone already.\n")
    assert "2 of them back" in bring_in(instance, tmp_path).output
    assert "reverted" in call(instance, "list").output


def test_what_is_no_id_and_an_unknown_one_are_told_apart(instance: EmbeddedProcess) -> None:
    assert call(instance, "undo", "nonsense").exit_code == 2
    unknown = call(instance, "undo", UNKNOWN)
    assert unknown.exit_code == 1
    assert "there is no import" in unknown.output

"""Imports and their undoing while the command or the server is killed: run again, all is as if nothing had happened."""

import json
import signal
import subprocess
import sys
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from click.testing import CliRunner, Result

from services.cli import main
from tests.support.gate import Point, gate_to
from tests.system.running import EmbeddedProcess, token_of

ROWS = 520
"""Two batches, which are on their way together."""
PORTFOLIOS = 2
"""Portfolios that the rows name."""
END_S = 180.0
PROGRAMMES = "/projects/v1/programmes"


@pytest.fixture(scope="module")
def instance(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedProcess]:
    process = EmbeddedProcess(tmp_path_factory.mktemp("kills") / "data")
    process.start()
    try:
        yield process
    finally:
        process.end()


@dataclass
class Case:
    """A table of its own for each test, so that one instance serves all of them."""

    instance: EmbeddedProcess
    folder: Path
    name: str

    def __post_init__(self) -> None:
        self.table = self.folder / f"{self.name}.csv"
        rows = [f"{self.name}-{n};Programme {n};{self.name} {n % PORTFOLIOS}" for n in range(ROWS)]
        self.table.write_text("\n".join(["Programme ID;Name;Portfolio", *rows]) + "\n")
        self.report = self.folder / f"{self.name}.json"

    def words(self, url: str, *words: object) -> list[str]:
        return ["import", *(str(word) for word in words), "--url", url, "--data", str(self.instance.data)]

    def import_words(self, url: str) -> list[str]:
        settings = ("--as", "programmes", "--source", self.name, "--yes", "--report", self.report)
        return self.words(url, "table", self.table, *settings)

    def undo_words(self, url: str, id: str) -> list[str]:
        return self.words(url, "undo", id)

    def run(self, words: list[str]) -> Result:
        return CliRunner().invoke(main, words)

    def get(self, path: str, **query: str) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {token_of(self.instance.data)}"}
        answer = httpx.get(f"{self.instance.url}{path}", params=query, headers=headers, timeout=30)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    @property
    def summary(self) -> dict[str, Any]:
        return dict(json.loads(self.report.read_text()))

    def programmes(self) -> list[tuple[str, int, bool]]:
        """(key, version, whether it is archived) of all programmes of this table."""
        programmes: list[tuple[str, int, bool]] = []
        cursor: dict[str, str] = {}
        while True:
            query = {"external_ref.source": self.name, "archived": "true", "limit": "200"} | cursor
            page = self.get(PROGRAMMES, **query)
            programmes += [
                (one["external_ref"]["id"], one["version"], one["archived_at"] is not None)
                for one in page["items"]
            ]
            if not page.get("next"):
                return programmes
            cursor = {"cursor": page["next"]}

    def imports(self) -> list[dict[str, Any]]:
        return list(self.get("/reporting/v1/imports", source=self.name)["items"])

    def kill(self, words: Callable[[str], list[str]], method: str, ending: str, **when: Any) -> None:
        """Run a command in a process of its own and kill it at a request. What the server had begun by then goes on."""
        process: list[subprocess.Popen[bytes]] = []
        point = Point(method, ending, lambda: process[0].kill(), **when)
        with gate_to(self.instance.url, point) as gate:
            portolan = str(Path(sys.executable).with_name("portolan"))
            process.append(subprocess.Popen([portolan, *words(gate.url)], stdout=subprocess.DEVNULL))
            try:
                assert process[0].wait(END_S) == -signal.SIGKILL
            finally:
                process[0].kill()
                process[0].wait()
        assert point.met.is_set()


@pytest.fixture
def case(instance: EmbeddedProcess, tmp_path: Path, request: pytest.FixtureRequest) -> Case:
    return Case(instance, tmp_path, f"t{zlib.crc32(request.node.name.encode())}")


def test_an_undo_that_is_killed_again_and_again_takes_all_of_a_killed_import_back(case: Case) -> None:
    """With a batch that is noted, and with one that is not; the record of the import was never closed."""
    case.kill(case.import_words, "POST", "/end", is_behind=False)
    [record] = case.imports()

    def words(url: str) -> list[str]:
        return case.undo_words(url, record["id"])

    count = len(case.programmes())
    case.kill(words, "POST", "/add-outcomes")
    case.kill(words, "POST", "/projects/v1/programmes/batch")
    result = case.run(words(case.instance.url))
    assert result.exit_code == 0, result.output
    assert "0 stay" in result.output
    assert {(version, is_archived) for _, version, is_archived in case.programmes()} == {(2, True)}
    [record] = case.imports()
    assert (record["state"], record["undone"]) == ("reverted", record["entries"])
    assert count >= record["entries"] - PORTFOLIOS
    names = [one["name"] for one in case.get("/projects/v1/portfolios", limit="200")["items"]]
    assert not [name for name in names if name.startswith(case.name)]


def test_an_import_that_is_killed_again_and_again_ends_as_one_that_was_not(case: Case) -> None:
    """Behind its judging, before its rows, and before its record is closed. `tests/imports/test_interrupted.py` has the rest."""
    words = case.import_words
    case.kill(words, "GET", "/projects/v1/portfolios", is_behind=False)
    assert (case.programmes(), case.imports()) == ([], [])
    case.kill(words, "POST", "/add-entries")
    assert case.programmes() == []
    case.kill(words, "POST", "/end", is_behind=False)
    assert len(case.programmes()) == ROWS
    result = case.run(words(case.instance.url))
    assert result.exit_code == 0, result.output
    assert "went on with an import of this file that was interrupted" in result.output
    summary = case.summary
    assert (summary["created"], summary["unchanged"], summary["refused"]) == (0, ROWS, 0)
    assert sorted(case.programmes()) == sorted((f"{case.name}-{n}", 1, False) for n in range(ROWS))
    [record] = case.imports()
    assert (record["state"], record["entries"], record["id"]) == (
        "done",
        ROWS + PORTFOLIOS,
        summary["import"],
    )
    assert record["counts"] == {
        "created": ROWS + PORTFOLIOS,
        "changed": 0,
        "unchanged": 0,
        "refused": 0,
        "left_out": 0,
    }


def test_a_server_that_is_killed_in_the_middle_is_waited_for(case: Case) -> None:
    """By the import and by the undo; a batch whose answer was lost is not written twice."""

    def kill() -> None:
        case.instance.kill()
        case.instance.start()

    point = Point("POST", "/projects/v1/programmes/batch", kill, nth=2)
    with gate_to(case.instance.url, point) as gate:
        result = case.run(case.import_words(gate.url))
    assert (result.exit_code, point.met.is_set()) == (0, True), result.output
    assert sorted(case.programmes()) == sorted((f"{case.name}-{n}", 1, False) for n in range(ROWS))
    [record] = case.imports()
    assert (record["state"], record["entries"]) == ("done", ROWS + PORTFOLIOS)
    point = Point("POST", "/projects/v1/programmes/batch", kill, nth=2)
    with gate_to(case.instance.url, point) as gate:
        result = case.run(case.undo_words(gate.url, record["id"]))
    assert (result.exit_code, point.met.is_set()) == (0, True), result.output
    assert {(version, is_archived) for _, version, is_archived in case.programmes()} == {(2, True)}
    assert case.imports()[0]["state"] == "reverted"

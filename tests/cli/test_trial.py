"""`portolan trial` against a running instance: what it prints, its exit codes, and Ctrl-C."""

import json
import os
import pty
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import httpx
import pytest
from click.testing import CliRunner, Result

from services.cli import main
from shared.http.auth.issuers import LocalIssuer
from tests.system.running import ROOT, EmbeddedProcess

WITHIN_S = 60.0
PLAN = {"starts_on": "2026-06-01", "activities": [{"key": "A", "duration_minutes": 960}]}
MODEL = {
    "activities": [{"key": "a", "duration": {"kind": "uniform", "low": 8, "high": 12}, "cost_per_day": "100"}],
    "runs": 200, "percentiles": [80], "budget": "1000.00",
}  # fmt: skip
CANDIDATES = {"candidates": [{"key": "crm", "value": 10}, {"key": "old", "value": -1}]}
LONG = {
    "activities": [{"key": f"A{i}", "duration": {"kind": "pert", "low": 1, "likely": 2, "high": 9}} for i in range(500)],
    "links": [{"from_key": f"A{i}", "to_key": f"A{i + 1}"} for i in range(499)],
    "runs": 500_000,
}  # fmt: skip


@pytest.fixture(scope="module")
def instance(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedProcess]:
    process = EmbeddedProcess(tmp_path_factory.mktemp("trial") / "data")
    process.start()
    yield process
    process.end()


def arguments(instance: EmbeddedProcess, kind: str, file: Path, *more: str) -> list[str]:
    return ["trial", kind, str(file), "--url", instance.url, "--data", str(instance.data), *more]


def tried(instance: EmbeddedProcess, folder: Path, kind: str, body: Any, *more: str) -> Result:
    file = folder / "input.json"
    file.write_text(body if isinstance(body, str) else json.dumps(body))
    return CliRunner().invoke(main, arguments(instance, kind, file, *more))


@pytest.mark.parametrize(
    ("kind", "body", "line"),
    [
        ("schedule", PLAN, "2026-06-01 to 2026-06-02, 2 days of 8 hours"),
        ("simulation", MODEL, "Probability of keeping the budget: "),
        ("selection", CANDIDATES, "Worth 10, proved to be the best"),
    ],
)
def test_a_result_is_said_in_a_few_lines(
    instance: EmbeddedProcess, tmp_path: Path, kind: str, body: Any, line: str
) -> None:
    result = tried(instance, tmp_path, kind, body)
    assert result.exit_code == 0, result.output
    assert line in result.output


def test_with_json_the_whole_result_is_printed(instance: EmbeddedProcess, tmp_path: Path) -> None:
    result = tried(instance, tmp_path, "schedule", PLAN, "--json")
    assert json.loads(result.output)["critical"] == ["A"]


@pytest.mark.parametrize(
    ("body", "line"),
    [
        (
            PLAN | {"activities": [{"key": "A", "nonsense": 1}]},
            "/activities/0/nonsense: there is no such member",
        ),
        ("{", "not JSON"),
    ],
)
def test_what_is_refused_is_said_with_its_place_and_ends_with_3(
    instance: EmbeddedProcess, tmp_path: Path, body: Any, line: str
) -> None:
    result = tried(instance, tmp_path, "schedule", body)
    assert (result.exit_code, line in result.output) == (3, True), result.output


def test_an_instance_that_is_away_is_said_so(instance: EmbeddedProcess, tmp_path: Path) -> None:
    file = tmp_path / "plan.json"
    file.write_text(json.dumps(PLAN))
    command = ["trial", "schedule", str(file), "--url", "http://127.0.0.1:9", "--data", str(instance.data)]
    result = CliRunner().invoke(main, command)
    assert (result.exit_code, "cannot be reached" in result.output) == (1, True)


def test_ctrl_c_cancels_the_operation_and_the_progress_is_shown(
    instance: EmbeddedProcess, tmp_path: Path
) -> None:
    file = tmp_path / "model.json"
    file.write_text(json.dumps(LONG))
    terminal, inner = pty.openpty()
    command = [sys.executable, "-m", "services", *arguments(instance, "simulation", file)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=inner)
    os.close(inner)
    headers = {
        "Authorization": f"Bearer {LocalIssuer(instance.data).issue('director', 'director', 'portolan')}"
    }
    with httpx.Client(base_url=instance.url, headers=headers) as client:
        try:
            lines = b""
            while b"running" not in lines:
                lines += os.read(terminal, 65_536)
            process.send_signal(signal.SIGINT)
            assert process.wait(WITHIN_S) == 130
        finally:
            process.kill()
            process.wait()
            lines += os.read(terminal, 65_536)
            os.close(terminal)
        _wait_for(client, "cancelled")
    assert b"Cancelled." in lines


def _wait_for(client: httpx.Client, state: str) -> None:
    end = monotonic() + WITHIN_S
    while not client.get("/risk/v1/operations", params={"state": state}).json()["items"]:
        assert monotonic() < end, f"nothing is {state}"
        sleep(0.02)

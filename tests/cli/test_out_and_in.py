"""`portolan export` and `portolan import folder`: from one running instance into another, and their exit codes."""

import json
from pathlib import Path
from shutil import copytree

import httpx
from click.testing import CliRunner, Result

from services.cli import main
from shared.http.auth.issuers import LocalIssuer
from tests.system.running import EmbeddedProcess

WHOLE = "6 records in 11 versions"
"""One project, and the five methods that every instance has, each made and published."""


def run(instance: EmbeddedProcess, *arguments: str) -> Result:
    reaching = ("--url", instance.url, "--data", str(instance.data))
    return CliRunner().invoke(main, [*arguments, *reaching])


def test_what_one_instance_has_is_in_another_one_after_two_commands(tmp_path: Path) -> None:
    folder = tmp_path / "out"
    first, second = (EmbeddedProcess(tmp_path / name) for name in ("first", "second"))
    first.start()
    try:
        token = LocalIssuer(first.data).issue("director", "director", "portolan")
        headers = {"Authorization": f"Bearer {token}"}
        created = httpx.post(f"{first.url}/projects/v1/projects", json={"name": "ERP"}, headers=headers)
        assert created.status_code == 201, created.text
        exported = run(first, "export", str(folder))
        assert exported.exit_code == 0, exported.output
        assert WHOLE in exported.output
        again = run(first, "export", str(folder))
        assert (again.exit_code, "is not empty" in again.output) == (1, True)
        to_come = run(first, "export", str(tmp_path / "later"), "--as-of", "2999-01-01")
        assert (to_come.exit_code, "still to come" in to_come.output) == (2, True)
        for options in ((), ("--validate-only",)):
            refused = run(first, "import", "folder", str(folder), *options)
            assert (refused.exit_code, "into an empty instance only" in refused.output) == (1, True)
        viewer = LocalIssuer(first.data).issue("vera", "viewer", "portolan")
        export_of_viewer = run(first, "export", str(tmp_path / "seen"), "--token", viewer)
        assert "It has what vera sees (viewer), which is not everything." in export_of_viewer.output
    finally:
        first.end()
    assert json.loads((folder / "manifest.json").read_text())["counts"]["projects/projects"]["versions"] == 1
    second.start()
    try:
        trial = run(second, "import", "folder", str(folder), "--validate-only")
        assert (trial.exit_code, "1 records in 1 versions" in trial.output) == (0, True), trial.output
        damaged = tmp_path / "damaged"
        copytree(folder, damaged)
        (damaged / "projects" / "projects.jsonl").write_text("{}\n")
        for options, line in (((), ""), (("--validate-only",), "projects/projects.jsonl, line 1: ")):
            refused = run(second, "import", "folder", str(damaged), *options)
            assert (refused.exit_code, line in refused.output) == (1, True), refused.output
        partial = run(second, "import", "folder", str(tmp_path / "seen"))
        assert (partial.exit_code, "has what vera sees" in partial.output) == (1, True)
        result = run(second, "import", "folder", str(folder))
        assert result.exit_code == 0, result.output
        assert "projects/projects" in result.output
        token = LocalIssuer(second.data).issue("director", "director", "portolan")
        there = httpx.get(
            f"{second.url}/projects/v1/projects/{created.json()['id']}",
            headers={"Authorization": f"Bearer {token}"},
        )
        assert there.json() == created.json()
    finally:
        second.end()


def test_a_folder_that_is_no_export_is_refused(tmp_path: Path) -> None:
    arguments = ["import", "folder", str(tmp_path), "--token", "x", "--url", "http://127.0.0.1:9"]
    result = CliRunner().invoke(main, arguments)
    assert (result.exit_code, "is no export: manifest.json is missing" in result.output) == (1, True)

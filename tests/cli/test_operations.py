"""`portolan token issue`, `verify` and `rebuild`, on a data folder whose instance runs in a process of its own."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import jwt
import pytest
from click.testing import CliRunner, Result

from services.cli import main
from tests.system.running import EmbeddedProcess


def portolan(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(a) for a in arguments])


def execute(data: Path, service: str, sql: str, *params: Any) -> None:
    """Behind the back of every service."""
    with closing(sqlite3.connect(data / f"{service}.sqlite", timeout=10)) as connection, connection:
        assert connection.execute(sql, params).rowcount == 1


class Instance:
    """A running instance with a project of some versions, and its data folder."""

    def __init__(self, data: Path, client: httpx.Client) -> None:
        self.data = data
        self.client = client
        cost = {"amount": "100.00", "currency": "CHF"}
        self.project = self.write("post", "/projects/v1/projects", name="ERP", planned_cost=cost)

    def write(self, method: str, path: str, **body: Any) -> dict[str, Any]:
        answer = self.client.request(method, path, json=body)
        assert answer.is_success, answer.text
        self.position = answer.headers["portolan-position"]
        return dict(answer.json())

    def sheets(self) -> list[str]:
        """The names of all projects, once what was written last is folded."""
        answer = self.client.get("/reporting/v1/projects", headers={"Portolan-After": self.position})
        assert answer.status_code == 200, answer.text
        return [item["project"]["name"] for item in answer.json()["items"]]


@pytest.fixture(scope="module")
def instance(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Instance]:
    process = EmbeddedProcess(tmp_path_factory.mktemp("operations") / "data")
    process.start()
    try:
        token = portolan("token", "issue", "--role", "director", "--data", process.data).output.split()[-1]
        headers = {"Authorization": f"Bearer {token}"}
        with httpx.Client(base_url=process.url, headers=headers, timeout=30) as client:
            yield Instance(process.data, client)
    finally:
        process.end()


def test_an_issued_token_carries_role_subject_and_scope(tmp_path: Path) -> None:
    issued = portolan("token", "issue", "--role", "controller", "--subject", "anna", "--scope", "finance.read",
                      "--hours", "2", "--data", tmp_path)  # fmt: skip
    assert issued.exit_code == 0
    claims = jwt.decode(issued.output.split()[-1], options={"verify_signature": False})
    assert (claims["sub"], claims["roles"], claims["scope"]) == ("anna", ["controller"], "finance.read")
    assert claims["exp"] - claims["iat"] == 7200
    assert portolan("token", "issue", "--role", "king", "--data", tmp_path).exit_code == 2


def test_an_issued_token_is_good_for_the_running_instance_and_its_role_only(instance: Instance) -> None:
    token = portolan("token", "issue", "--role", "viewer", "--data", instance.data).output.split()[-1]
    headers = {"Authorization": f"Bearer {token}"}
    assert instance.client.get("/projects/v1/projects", headers=headers).status_code == 200
    assert (
        instance.client.post("/projects/v1/projects", json={"name": "X"}, headers=headers).status_code == 403
    )


def test_an_untouched_instance_is_verified(instance: Instance) -> None:
    assert instance.sheets()
    done = portolan("verify", "--data", instance.data)
    assert (done.exit_code, "resources compared" in done.output) == (0, True), done.output


def test_a_tampered_row_is_found_and_rebuilt_while_the_instance_runs(instance: Instance) -> None:
    names = instance.sheets()
    execute(
        instance.data,
        "reporting",
        "UPDATE figures SET planned = 99 WHERE project_id = ?",
        instance.project["id"],
    )
    found = portolan("verify", "--data", instance.data)
    assert found.exit_code == 1
    assert f"figures ('{instance.project['id']}'" in found.output
    assert "portolan rebuild" in found.output
    rebuilt = portolan("rebuild", "--data", instance.data)
    assert (rebuilt.exit_code, "1 rows differed" in rebuilt.output) == (0, True), rebuilt.output
    assert portolan("verify", "--data", instance.data).exit_code == 0
    instance.write("post", "/projects/v1/projects", name="Later")
    assert sorted(instance.sheets()) == sorted([*names, "Later"])
    assert portolan("verify", "--data", instance.data).exit_code == 0


def test_a_dashboard_asked_for_before_a_rebuild_is_made_anew_after_it(instance: Instance) -> None:
    def planned() -> Any:
        return instance.client.get("/reporting/v1/portfolios").json()["total"]["cost"]["planned"]

    instance.sheets()
    true = planned()
    execute(
        instance.data, "reporting", "UPDATE figures SET planned = 99 WHERE project_id = ?", instance.project["id"],
    )  # fmt: skip
    instance.write("post", "/resources/v1/persons", name="Kim", weekly_hours=40)
    instance.sheets()
    assert planned() != true
    assert portolan("rebuild", "--data", instance.data).exit_code == 0
    assert planned() == true


def test_a_verification_that_reaches_nothing_says_so(instance: Instance, tmp_path: Path) -> None:
    away = portolan("verify", "--data", instance.data, "--url", "http://127.0.0.1:9")
    assert (away.exit_code, "Error: REST cannot be compared with" in away.output) == (1, True), away.output
    nowhere = portolan("verify", "--data", tmp_path / "typo")
    assert (nowhere.exit_code, "no instance was ever started" in nowhere.output) == (1, True)
    assert not (tmp_path / "typo").exists()
    elsewhere = portolan(
        "verify", "--data", tmp_path
    )  # as the folder of a stack, whose stores are in PostgreSQL
    assert (elsewhere.exit_code, "PORTOLAN_DATABASE_URL" in elsewhere.output) == (1, True)
    assert not any(tmp_path.iterdir())


def test_a_missing_and_an_extra_row_are_found(instance: Instance) -> None:
    instance.sheets()
    id = instance.project["id"]
    execute(instance.data, "reporting", "DELETE FROM history WHERE aggregate_id = ?", id)
    execute(
        instance.data, "reporting", "UPDATE current_state SET aggregate_id = 'x' WHERE aggregate_id = ?", id
    )
    found = portolan("verify", "--data", instance.data).output
    assert f"history ('{id}', 1): replayed" in found
    assert "current_state ('x',): live" in found
    assert "x: in the projection, but not in REST" in found
    assert portolan("rebuild", "--data", instance.data).exit_code == 0
    assert portolan("verify", "--data", instance.data).exit_code == 0


def test_a_projection_that_is_not_what_rest_answers_is_found(instance: Instance) -> None:
    """Here the outbox and the projection agree, and the service's own row does not."""
    instance.sheets()
    id, changed = instance.project["id"], json.dumps(instance.project | {"name": "Forged"})
    with closing(sqlite3.connect(instance.data / "projects.sqlite")) as connection:
        [(good,)] = connection.execute("SELECT document FROM project WHERE id = ?", (id,)).fetchall()
    execute(instance.data, "projects", "UPDATE project SET document = ? WHERE id = ?", changed, id)
    found = portolan("verify", "--data", instance.data)
    assert found.exit_code == 1
    assert f"{id}: the projection's state is not what REST answers" in found.output
    execute(instance.data, "projects", "UPDATE project SET document = ? WHERE id = ?", good, id)
    assert portolan("verify", "--data", instance.data).exit_code == 0

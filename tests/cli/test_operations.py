"""`portolan token issue`, `verify` and `rebuild`, on a data folder whose instance runs in a process of its own."""

import json
import re
import shlex
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from html import unescape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from time import monotonic, sleep
from typing import Any

import httpx
import jwt
import pytest
from click.testing import CliRunner, Result

from services.cli import main
from services.imports import server
from shared.store import sqlite
from tests.imports.test_odd_files import PROJECT, written
from tests.system.running import ROOT, EmbeddedProcess


def portolan(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(a) for a in arguments])


def execute(data: Path, service: str, sql: str, *params: Any) -> None:
    """Behind the back of every service."""
    with closing(sqlite3.connect(data / f"{service}.sqlite", timeout=10)) as connection, connection:
        assert connection.execute(sql, params).rowcount >= 1


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
    assert claims["exp"] - int(claims["iat"]) == 7200
    assert portolan("token", "issue", "--role", "king", "--data", tmp_path).exit_code == 2


@pytest.mark.parametrize(
    "scope",
    [
        "projects.reed",
        "projects:read",
        "PROJECTS.READ",
        "a,b",
        "projects read",
        "projects.read openid",
        "",
        " ",
    ],
)
def test_a_scope_that_is_not_understood_is_refused_when_a_token_is_issued(scope: str, tmp_path: Path) -> None:
    done = portolan("token", "issue", "--role", "director", "--scope", scope, "--data", tmp_path)
    assert (done.exit_code, done.stdout) == (2, "")
    assert "is not understood" in done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "scope", ["projects.read", "projects.read import", "read", "projects finance", "operate"]
)
def test_a_scope_of_our_words_is_issued(scope: str, tmp_path: Path) -> None:
    assert (
        portolan("token", "issue", "--role", "service", "--scope", scope, "--data", tmp_path).exit_code == 0
    )


def test_a_scope_that_the_role_does_not_have_is_refused(tmp_path: Path) -> None:
    done = portolan("token", "issue", "--role", "viewer", "--scope", "finance.write", "--data", tmp_path)
    assert (done.exit_code, "the role viewer has nothing of it" in done.stderr) == (2, True)


@pytest.mark.parametrize("subject", ["", " ", "a\nb", "x" * 201])
def test_a_subject_that_cannot_be_written_down_is_issued_no_token(subject: str, tmp_path: Path) -> None:
    done = portolan("token", "issue", "--role", "viewer", "--subject", subject, "--data", tmp_path)
    assert (done.exit_code, "it must have 1 to 200 characters" in done.stderr) == (2, True)


def test_an_issued_token_is_good_for_the_running_instance_and_its_role_only(instance: Instance) -> None:
    token = portolan("token", "issue", "--role", "viewer", "--data", instance.data).output.split()[-1]
    headers = {"Authorization": f"Bearer {token}"}
    assert instance.client.get("/projects/v1/projects", headers=headers).status_code == 200
    assert (
        instance.client.post("/projects/v1/projects", json={"name": "X"}, headers=headers).status_code == 403
    )


def issued(instance: Instance, subject: str) -> str:
    words = ("token", "issue", "--role", "viewer", "--subject", subject, "--data", instance.data)
    return portolan(*words).output.split()[-1]


def wait_until_refused(instance: Instance, token: str) -> None:
    headers = {"Authorization": f"Bearer {token}"}
    until = monotonic() + 5
    for path in (
        "/projects/v1/projects",
        "/risk/v1/risks",
        "/finance/v1/vendors",
        "/reporting/v1/portfolios",
    ):
        while instance.client.get(path, headers=headers).status_code != 401:
            assert monotonic() < until, f"{path} answers still"
            sleep(0.1)


@pytest.mark.parametrize("at", ["stores", "url"])
def test_a_revoked_token_is_refused_by_every_service_within_five_seconds(instance: Instance, at: str) -> None:
    where = ["--data", instance.data] + (["--url", instance.client.base_url] if at == "url" else [])
    for by in ("token", "jti", "subject"):
        token = issued(instance, f"{at}-{by}")
        claims = jwt.decode(token, options={"verify_signature": False})
        what = {"token": [token], "jti": ["--jti", claims["jti"]], "subject": ["--subject", claims["sub"]]}[
            by
        ]
        done = portolan("token", "revoke", *what, *where)
        assert done.exit_code == 0, done.output
        wait_until_refused(instance, token)
    other = {"Authorization": f"Bearer {issued(instance, at + '-subject')}"}
    assert instance.client.get("/projects/v1/projects", headers=other).status_code == 200


@pytest.mark.parametrize("words", [[], ["--all", "--subject", "anna"], ["rubbish"]])
def test_a_revocation_says_what_it_revokes(words: list[str], tmp_path: Path) -> None:
    assert portolan("token", "revoke", *words, "--data", tmp_path).exit_code == 2


def test_an_untouched_instance_is_verified(instance: Instance) -> None:
    assert instance.sheets()
    amount = {"amount": "120.00", "currency": "CHF"}
    # restricted, so that reporting folds nothing of it
    instance.write(
        "post", "/finance/v1/rate-cards", grade="senior", per="hour", amount=amount, valid_from="2026-01-01"
    )
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
    result = portolan("verify", "--data", instance.data)
    assert result.exit_code == 1
    assert f"figures ('{instance.project['id']}'" in result.output
    assert "portolan rebuild" in result.output
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
    for table in ("portfolio_difference", "portfolio_standing"):
        execute(instance.data, "reporting", f"UPDATE {table} SET planned_low = planned_low + 99")
    execute(instance.data, "reporting", "UPDATE totals_clock SET changes = changes + 1")
    execute(
        instance.data,
        "reporting",
        "UPDATE portfolio_standing SET changed = (SELECT changes FROM totals_clock)",
    )
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


def test_a_rebuild_that_may_not_write_says_so(instance: Instance, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite, "LOCKED_S", 0.1)
    instance.sheets()
    with closing(sqlite3.connect(instance.data / "reporting.sqlite", timeout=10)) as other:
        other.execute("BEGIN IMMEDIATE")
        done = portolan("rebuild", "--data", instance.data)
        other.rollback()
    assert (done.exit_code, done.stderr) == (1, "Error: a store cannot be used: database is locked\n")


def test_a_missing_and_an_extra_row_are_found(instance: Instance) -> None:
    instance.sheets()
    id = instance.project["id"]
    execute(instance.data, "reporting", "DELETE FROM history WHERE aggregate_id = ?", id)
    execute(
        instance.data, "reporting", "UPDATE current_state SET aggregate_id = 'x' WHERE aggregate_id = ?", id
    )
    output = portolan("verify", "--data", instance.data).output
    assert f"history ('{id}', 1): replayed" in output
    assert "current_state ('x',): live" in output
    assert "x: in the projection, but not in REST" in output
    assert portolan("rebuild", "--data", instance.data).exit_code == 0
    assert portolan("verify", "--data", instance.data).exit_code == 0


def test_a_projection_that_is_not_what_rest_answers_is_found(instance: Instance) -> None:
    """Here the outbox and the projection agree, and the service's own row does not."""
    instance.sheets()
    id, changed = instance.project["id"], json.dumps(instance.project | {"name": "Forged"})
    with closing(sqlite3.connect(instance.data / "projects.sqlite")) as connection:
        [(good,)] = connection.execute("SELECT document FROM project WHERE id = ?", (id,)).fetchall()
    execute(instance.data, "projects", "UPDATE project SET document = ? WHERE id = ?", changed, id)
    result = portolan("verify", "--data", instance.data)
    assert result.exit_code == 1
    assert f"{id}: the projection's state is not what REST answers" in result.output
    execute(instance.data, "projects", "UPDATE project SET document = ? WHERE id = ?", good, id)
    assert portolan("verify", "--data", instance.data).exit_code == 0


def test_a_verification_says_of_each_projection_what_it_found_and_ends_with_a_verdict(
    instance: Instance,
) -> None:
    instance.sheets()
    right = portolan("verify", "--data", instance.data)
    assert (right.exit_code, right.stdout.splitlines()[-1]) == (0, "Right: nothing differs"), right.output
    for what in ("history", "current_state", "figures", "REST"):
        assert re.search(rf"^{what}, [1-9]\d* (rows|resources compared): right$", right.stdout, re.MULTILINE)
    execute(
        instance.data, "reporting", "UPDATE figures SET planned = 99 WHERE project_id = ?", instance.project["id"],
    )  # fmt: skip
    wrong = portolan("verify", "--data", instance.data)
    assert portolan("rebuild", "--data", instance.data).exit_code == 0
    assert wrong.exit_code == 1
    assert re.search(r"^figures, \d+ rows: 1 differ$", wrong.stdout, re.MULTILINE)
    assert wrong.stdout.splitlines()[-1].startswith("Wrong: 2 differences;")


def test_where_there_are_no_dead_letters_that_is_said(instance: Instance) -> None:
    listed = portolan("dead-letters", "list", "--data", instance.data, "--url", instance.client.base_url)
    assert (listed.exit_code, listed.stdout) == (0, "There are none.\n"), listed.output


def test_an_import_that_loses_a_cell_says_so_by_its_exit_code(instance: Instance, tmp_path: Path) -> None:
    """The days read otherwise where whoever imports says how they are written."""
    row = PROJECT | {"start_date": "10/31/11", "planned_completion_b2": "03/04/2012"}
    written(tmp_path, [row])
    files = [f"--{name}={tmp_path / name}.csv" for name in ("projects", "investments", "contracts")]
    command = ["import", "itdb", *files, "--as-of", "2012-08-31", "--data", instance.data]
    command += ["--url", instance.client.base_url, "--report", tmp_path / "report.json"]
    lost = portolan(*command)
    assert lost.exit_code == 3, lost.output
    content = json.loads((tmp_path / "report.json").read_text())["findings"]
    assert [(f["code"], f["lost"]) for f in content if f["lost"]] == [("unreadable_cell", True)] * 2
    read = portolan(*command, "--century", "2000", "--date-order", "day-first")
    assert read.exit_code == 3, "the start is a day of month 31"
    right = portolan(*command, "--century", "2000", "--date-order", "month-first")
    assert right.exit_code == 0, right.output
    result = instance.client.get("/projects/v1/projects/by-ref/itdb/656").json()
    assert (result["planned_start_on"], result["planned_finish_on"]) == ("2011-10-31", "2012-03-04")


def talking(command: str, data: Path, url: str, tmp_path: Path) -> list[object]:
    """The command, as far as it talks to an instance."""
    written(tmp_path, [PROJECT])
    files = [f"--{name}={tmp_path / name}.csv" for name in ("projects", "investments", "contracts")]
    words: dict[str, list[object]] = {
        "dead-letters list": ["dead-letters", "list"],
        "dead-letters retry": ["dead-letters", "retry", "finance", "x/../y?"],
        "dead-letters discard": ["dead-letters", "discard", "finance", "x"],
        "verify": ["verify"],
        "import": ["import", "itdb", *files, "--as-of", "2012-08-31", "--validate-only"],
    }
    return [*words[command], "--data", data, "--url", url]


TALKING = ("dead-letters list", "dead-letters retry", "dead-letters discard", "verify", "import")


@pytest.mark.parametrize("command", TALKING)
def test_a_command_whose_instance_is_away_or_refuses_it_says_so_in_a_sentence(
    command: str, instance: Instance, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "UNANSWERED_S", 0.0)
    url = str(instance.client.base_url)
    viewer = portolan("token", "issue", "--role", "viewer", "--data", instance.data).output.split()[-1]
    away = portolan(*talking(command, instance.data, "http://127.0.0.1:9", tmp_path))
    unknown = portolan(*talking(command, instance.data, url, tmp_path), "--token", "a.b.c")
    refused = [unknown]
    if command != "verify":  # which only reads
        refused.append(portolan(*talking(command, instance.data, url, tmp_path), "--token", viewer))
    for done, words in zip([away, *refused], ["cannot be reached", "401", "403"], strict=False):
        assert done.exit_code == 1, done.output
        assert re.fullmatch(rf"Error: [^\n]*{words}[^\n]*\n", done.stderr), done.stderr
        assert viewer not in done.stderr


@pytest.mark.parametrize("command", TALKING)
def test_a_command_whose_address_or_token_cannot_be_one_is_refused_as_wrongly_called(
    command: str, instance: Instance, tmp_path: Path
) -> None:
    for option, wrong in (("--url", "localhost:8000"), ("--url", "http://x:y"), ("--token", "geh eim\n")):
        done = portolan(*talking(command, instance.data, "http://127.0.0.1:9", tmp_path), option, wrong)
        assert (done.exit_code, done.stdout) == (2, ""), done.output
        assert f"Invalid value for '{option}'" in done.stderr
        assert "geh" not in done.stderr


@pytest.mark.parametrize("command", TALKING)
def test_a_command_with_a_mistyped_data_folder_makes_none(
    command: str, instance: Instance, tmp_path: Path
) -> None:
    done = portolan(*talking(command, tmp_path / "typo", str(instance.client.base_url), tmp_path))
    assert (done.exit_code, "no instance was ever started in" in done.stderr) == (1, True), done.output
    assert not (tmp_path / "typo").exists()


def test_a_token_is_not_signed_with_a_new_key_in_a_mistyped_folder(tmp_path: Path) -> None:
    done = portolan("token", "issue", "--role", "viewer", "--data", tmp_path / "typo")
    assert (done.exit_code, done.stdout) == (1, ""), done.output
    assert f"there is no folder {tmp_path / 'typo'}" in done.stderr
    assert not (tmp_path / "typo").exists()


class Pages(BaseHTTPRequestHandler):
    """Answers everything with a page."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("content-type", "text/html")
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Nothing is told."""


@contextmanager
def another_server() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Pages) as server:
        serving = Thread(target=server.serve_forever)
        serving.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        serving.join()


@pytest.mark.parametrize("command", ["verify", "dead-letters list"])
def test_an_answer_that_is_not_portolans_is_told_as_that(
    command: str, instance: Instance, tmp_path: Path
) -> None:
    with another_server() as url:
        done = portolan(*talking(command, instance.data, url, tmp_path))
    assert (done.exit_code, done.stderr.count("\n")) == (1, 1), done.output
    assert "not as Portolan does" in done.stderr


def test_a_lost_login_link_is_made_anew_for_the_instance_that_runs(instance: Instance) -> None:
    created = portolan("login-link", "--data", instance.data)
    assert created.exit_code == 0, created.output
    link = created.stdout.strip()
    assert link.startswith(f"{instance.client.base_url}/login?code=")
    pages = {"Accept": "text/html"}
    with httpx.Client(headers=pages) as browser:
        entered = browser.get(link)
        assert (entered.status_code, entered.headers["location"]) == (303, "/home")
        assert browser.get(instance.client.base_url).status_code == 200
        again = browser.get(link)
        assert (again.status_code, again.headers["location"]) == (303, "/home"), (
            "who is logged in is let through"
        )
    assert httpx.get(link, headers=pages).status_code == 401
    viewer = portolan("login-link", "--data", instance.data, "--role", "viewer", "--subject", "vera")
    with httpx.Client(headers=pages, follow_redirects=True) as browser:
        assert 'title="vera"' in browser.get(viewer.stdout.strip()).text


def test_the_login_page_names_the_command_that_works_there(instance: Instance) -> None:
    page = httpx.get(f"{instance.client.base_url}/login", headers={"Accept": "text/html"}).text
    [command] = re.findall(r"<code>([^<]*login-link[^<]*)</code>", page)
    output = subprocess.run(shlex.split(unescape(command)), cwd=ROOT, capture_output=True, text=True)
    assert output.returncode == 0, output.stderr
    assert output.stdout.startswith(f"{instance.client.base_url}/login?code=")


@pytest.mark.parametrize(
    "arguments",
    [
        ("login-link",),
        ("token", "issue", "--role", "viewer"),
        ("token", "revoke", "--all"),
        ("dead-letters", "list"),
    ],
    ids=" ".join,
)
def test_what_needs_the_local_issuer_refuses_where_it_is_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...]
) -> None:
    monkeypatch.setenv("PORTOLAN_LOCAL_ISSUER", "false")
    refused = portolan(*arguments, "--data", tmp_path)
    assert (refused.exit_code, refused.stdout) == (2, ""), refused.output
    [sentence] = refused.stderr.splitlines()
    assert sentence.startswith("Error: PORTOLAN_LOCAL_ISSUER is 'false', so ")
    assert not [*tmp_path.iterdir()], "no key is made, and no store"


def test_no_login_link_is_made_where_nothing_runs(tmp_path: Path) -> None:
    refused = portolan("login-link", "--data", tmp_path)
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert f"no instance runs from the data folder {tmp_path}" in refused.stderr
    ended = EmbeddedProcess(tmp_path / "data")
    ended.start()
    assert portolan("login-link", "--data", ended.data).exit_code == 0
    ended.kill()
    assert portolan("login-link", "--data", ended.data).exit_code == 1

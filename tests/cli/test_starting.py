"""What keeps Portolan from starting is one sentence on standard error and exit code 2, and tells no secret."""

import asyncio
import os
import re
import resource
import socket
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from shutil import copytree
from time import monotonic, sleep

import asyncpg
import pytest
from click.testing import CliRunner

from deploy.kafka.broker import free_port
from services.cli import main
from shared.base.settings import Settings
from shared.base.starting import CannotStart
from tests.conftest import PostgresServer
from tests.system.running import END_S, READY_S, ROOT, EmbeddedProcess

SECRET = "geheim"  # a password, in every place where one can stand
WRONG = {
    "PORTOLAN_TIME_ZONE": ["Zuerich", "Europe", "/etc/passwd"],
    "PORTOLAN_BUS_URL": ["kafka", "kafka://broker", f"rabbit://user:{SECRET}@broker:9092"],
    "PORTOLAN_DATABASE_URL": [
        "rubbish", f"mysql://user:{SECRET}@db/x_{{service}}", f"postgresql://user:{SECRET}@db:port/x_{{service}}",
        f"postgresql://user:{SECRET}", f"user:{SECRET}@db/x", f"postgresql://user:{SECRET}#1@db/x_{{service}}",
        f"postgresql://user:{SECRET}@db/the_same_for_all", f"postgresql://user:{SECRET}@127.0.0.1:1/x_{{service}}",
        f"postgresql://user@127.0.0.1:1/x_{{service}}?password={SECRET}",
    ],
    "PORTOLAN_PORT": ["eighty", "70000", "-1"],
    "PORTOLAN_ISSUERS": ["rubbish", "https://login.example.org=keys.json"],
    "PORTOLAN_FEEDS": ["projects", "projects=here"],
    "PORTOLAN_PUBLIC_URL": ["here", "https://", f"ftp://user:{SECRET}@here"],
    "PORTOLAN_LOCAL_ISSUER": ["maybe"],
    "PORTOLAN_LOG_LEVEL": ["loud"],
    "PORTOLAN_REPORTING_CURRENCY": ["XXY"],
    "PORTOLAN_HOST": ["nowhere.invalid"],
    "PORTOLAN_TRUSTED_PROXIES": ["the-door", "10.0.0.0/8 10.0.0.1/8"],
    "PORTOLAN_TOPIC_PREFIX": ["north.", ".north", "the north", "no/rth", "n" * 61],
    "PORTOLAN_KAFKA_SECURITY": ["TLS", "sasl_ssl", "SASL_SSL"],
    "PORTOLAN_KAFKA_MECHANISM": ["GSSAPI", "SCRAM"],
    "PORTOLAN_KAFKA_PASSWORD": [SECRET, f"{SECRET}\n", f"http://{SECRET}"],
}  # fmt: skip


def run(*command: object, **environment: str) -> "subprocess.CompletedProcess[str]":
    """Another process, with these settings and no others."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PORTOLAN_")}
    return subprocess.run(
        [sys.executable, "-m", *map(str, command)], cwd=ROOT, env=clean | environment, timeout=60,
        capture_output=True, text=True,
    )  # fmt: skip


def assert_told(done: "subprocess.CompletedProcess[str]", *words: str) -> None:
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1), done.stdout + done.stderr
    assert done.stderr.startswith("Error: ")
    assert all(word in done.stderr for word in words), done.stderr


@pytest.mark.parametrize(("setting", "value"), [(name, value) for name in WRONG for value in WRONG[name]])
def test_a_wrong_setting_is_told_with_its_name_and_value_but_no_secret(
    setting: str, value: str, tmp_path: Path
) -> None:
    done = CliRunner().invoke(
        main, ["up", "--data", str(tmp_path / "data")], env={"PORTOLAN_PORT": "0", setting: value}
    )
    assert (done.exit_code, done.stdout) == (2, ""), done.output
    assert re.fullmatch(r"Error: [^\n]+\n", done.stderr), done.stderr
    assert setting in done.stderr
    assert SECRET not in done.stderr
    assert SECRET in value or value in done.stderr


LOGIN = {"PORTOLAN_KAFKA_USER": "portolan", "PORTOLAN_KAFKA_PASSWORD": SECRET}
UNFIT: list[tuple[dict[str, str], str]] = [
    ({"PORTOLAN_KAFKA_SECURITY": "SASL_SSL", "PORTOLAN_KAFKA_USER": "portolan"}, "PORTOLAN_KAFKA_PASSWORD"),
    ({"PORTOLAN_KAFKA_SECURITY": "SASL_PLAINTEXT", "PORTOLAN_KAFKA_PASSWORD": SECRET}, "PORTOLAN_KAFKA_USER"),
    ({"PORTOLAN_KAFKA_SECURITY": "SSL", **LOGIN}, "expected is `SASL_SSL`"),
    ({"PORTOLAN_KAFKA_CA": "/nowhere/ca.pem"}, "PORTOLAN_KAFKA_CA"),
    ({"PORTOLAN_KAFKA_SECURITY": "SASL_PLAINTEXT", **LOGIN, "PORTOLAN_KAFKA_CERTIFICATE": "/nowhere/a.pem"}, "PORTOLAN_KAFKA_CERTIFICATE"),
    ({"PORTOLAN_KAFKA_SECURITY": "SSL", "PORTOLAN_KAFKA_KEY": "/nowhere/a.key"}, "PORTOLAN_KAFKA_CERTIFICATE"),
]  # fmt: skip


@pytest.mark.parametrize(("settings", "sentence"), UNFIT)
def test_settings_of_kafka_that_would_have_no_effect_are_refused(
    tmp_path: Path, settings: dict[str, str], sentence: str
) -> None:
    done = CliRunner().invoke(main, ["up", "--data", str(tmp_path / "data")], env=settings)
    assert (done.exit_code, done.stdout) == (2, ""), done.output
    assert re.fullmatch(r"Error: PORTOLAN_KAFKA_[^\n]+\n", done.stderr), done.stderr
    assert sentence in done.stderr
    assert SECRET not in done.stderr


def test_an_empty_setting_of_kafka_is_none(tmp_path: Path) -> None:
    """So compositions hand on what was not set."""
    names = ("ca", "certificate", "key", "user", "password")
    settings = Settings(data=tmp_path, **{f"kafka_{name}": "" for name in names})  # type: ignore[arg-type]
    assert (settings.kafka_ca, settings.kafka_certificate, settings.kafka_key) == (None, None, None)


def test_an_authority_that_is_not_there_is_told_by_whoever_reads_it(tmp_path: Path) -> None:
    kafka = {
        "PORTOLAN_BUS_URL": "kafka://127.0.0.1:1",
        "PORTOLAN_KAFKA_SECURITY": "SSL",
        "PORTOLAN_KAFKA_CA": "/nowhere/ca.pem",
        "PORTOLAN_DATA": str(tmp_path),
    }
    for command in ("services.projects", "services.stack"):
        assert_told(run(command, **kafka), "PORTOLAN_KAFKA_CA is '/nowhere/ca.pem'", "No such file")


def test_the_stack_does_not_start_a_plain_broker_for_who_wants_tls(tmp_path: Path) -> None:
    done = run("services.stack", "--data", tmp_path, PORTOLAN_KAFKA_SECURITY="SSL")
    assert_told(done, "PORTOLAN_KAFKA_SECURITY is 'SSL'", "PORTOLAN_BUS_URL")


def test_every_process_tells_a_wrong_setting_in_the_same_way(tmp_path: Path) -> None:
    for command in ("services", "services.projects", "services.stack"):
        assert_told(run(command, PORTOLAN_TIME_ZONE="Zuerich"), "PORTOLAN_TIME_ZONE", "'Zuerich'")
    away = {"PORTOLAN_DATABASE_URL": f"postgresql://user:{SECRET}@127.0.0.1:1/{{service}}"}
    for words in (["services.projects"], ["services.stack", "--data", tmp_path]):
        done = run(*words, **away)
        assert_told(done, "PORTOLAN_DATABASE_URL", "'postgresql://***@127.0.0.1:1/")
        assert SECRET not in done.stderr


def test_several_wrong_settings_are_told_at_once() -> None:
    done = CliRunner().invoke(main, ["verify"], env={"PORTOLAN_PORT": "x", "PORTOLAN_TIME_ZONE": "y"})
    assert [line.split()[0] for line in done.stderr.removeprefix("Error: ").splitlines()] == [
        "PORTOLAN_PORT",
        "PORTOLAN_TIME_ZONE",
    ]


def test_a_misspelt_setting_is_refused_with_the_nearest_one() -> None:
    assert_told(
        run("services", PORTOLAN_DATABSE_URL=f"postgresql://user:{SECRET}@db/x"),
        "PORTOLAN_DATABSE_URL is no setting",
        "PORTOLAN_DATABASE_URL",
    )


def test_a_name_near_to_no_setting_is_told_and_let_be(tmp_path: Path) -> None:
    done = run("services", "token", "issue", "--role", "viewer", "--data", tmp_path, PORTOLAN_IMAGE_TAG="7")
    assert (done.returncode, done.stderr) == (0, "PORTOLAN_IMAGE_TAG is no setting, and has no effect\n")


def test_what_kubernetes_tells_of_services_is_passed_over(tmp_path: Path) -> None:
    links = {
        "PORTOLAN_PROJECTS_SERVICE_HOST": "10.0.0.7",
        "PORTOLAN_PROJECTS_SERVICE_PORT": "8000",
        "PORTOLAN_PROJECTS_SERVICE_PORT_HTTP": "8000",
        "PORTOLAN_PROJECTS_PORT": "tcp://10.0.0.7:8000",
        "PORTOLAN_PROJECTS_PORT_8000_TCP": "tcp://10.0.0.7:8000",
        "PORTOLAN_PROJECTS_PORT_8000_TCP_PROTO": "tcp",
        "PORTOLAN_PROJECTS_PORT_8000_TCP_PORT": "8000",
        "PORTOLAN_PROJECTS_PORT_8000_TCP_ADDR": "10.0.0.7",
    }
    done = run("services", "token", "issue", "--role", "viewer", "--data", tmp_path, **links)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("command", [["up", "--port", "0"], ["token", "issue", "--role", "viewer"]])
def test_a_data_folder_that_cannot_be_written_is_told(command: list[str], tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    data = tmp_path / "data"
    data.mkdir()
    (data / "issuer.pem").symlink_to(tmp_path / "file" / "issuer.pem")
    (data / "logs").symlink_to(tmp_path / "file" / "logs")
    done = CliRunner().invoke(main, [*command, "--data", str(data)])
    assert (done.exit_code, done.stdout, done.stderr.count("\n")) == (2, "", 1), done.output
    assert f"the data folder (PORTOLAN_DATA, or --data) is '{data}'" in done.stderr


def test_a_store_that_is_no_database_is_told(tmp_path: Path) -> None:
    (tmp_path / "projects.sqlite").write_text("this is none, and long enough to be seen as none" * 50)
    done = CliRunner().invoke(main, ["up", "--port", "0", "--data", str(tmp_path)])
    assert (done.exit_code, done.stderr.count("\n")) == (2, 1), done.output
    assert f"the store of projects, {tmp_path / 'projects.sqlite'}, cannot be used" in done.stderr
    assert "file is not a database" in done.stderr


NEWER = "INSERT INTO alembic_version VALUES ('9999')"


@pytest.mark.parametrize(
    "command",
    [["up", "--port", "0"], ["verify"], ["rebuild"], ["backup", "{folder}"], ["token", "revoke", "--all"]],
    ids=lambda command: command[0],
)
def test_a_store_of_a_newer_version_is_told(command: list[str], tmp_path: Path, fresh_stores: Path) -> None:
    data = Path(copytree(fresh_stores, tmp_path / "data"))
    with closing(sqlite3.connect(data / "finance.sqlite")) as store, store:
        store.execute("DELETE FROM alembic_version")
        store.execute(NEWER)
    words = [word.format(folder=tmp_path / "backup") for word in command]
    done = CliRunner().invoke(main, [*words, "--data", str(data)])
    assert (done.exit_code, done.stdout, done.stderr.count("\n")) == (2, "", 1), done.output
    assert "the store of finance has schema 9999, which this version" in done.stderr


def test_a_backup_that_cannot_be_written_is_told(tmp_path: Path, fresh_stores: Path) -> None:
    data = Path(copytree(fresh_stores, tmp_path / "data"))
    done = subprocess.run(
        [sys.executable, "-m", "services", "backup", str(tmp_path / "kept"), "--data", str(data)],
        cwd=ROOT, timeout=60, capture_output=True, text=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (65_536, 65_536)),  # as a full disk
    )  # fmt: skip
    assert (done.returncode, done.stderr.count("\n")) == (1, 1), done.stderr
    assert done.stderr.startswith("Error: "), done.stderr


def test_a_database_of_a_newer_version_is_told(tmp_path: Path, postgres_server: PostgresServer) -> None:
    url = postgres_server.databases()

    async def make_newer() -> None:
        connection = await asyncpg.connect(url.replace("{service}", "risk"))
        await connection.execute("DELETE FROM alembic_version")
        await connection.execute(NEWER)
        await connection.close()

    asyncio.run(make_newer())
    alone = run("services.risk", PORTOLAN_DATA=str(tmp_path), PORTOLAN_PORT="0", PORTOLAN_DATABASE_URL=url)
    assert_told(alone, "the store of risk has schema 9999, which this version")


def test_the_local_issuer_is_not_offered_to_other_machines_unless_that_is_meant(tmp_path: Path) -> None:
    words = (
        "PORTOLAN_HOST is '0.0.0.0', which other machines reach",
        "PORTOLAN_LOCAL_ISSUER_BEYOND_LOOPBACK",
    )
    everywhere = {"PORTOLAN_HOST": "0.0.0.0", "PORTOLAN_PORT": "0", "PORTOLAN_DATA": str(tmp_path)}
    for command in (
        ["services", "up"],
        ["services.risk"],
        ["services.stack", "--data", tmp_path, "--port", 0],
    ):
        assert_told(run(*command, **everywhere), *words)
    assert not list(tmp_path.glob("*.sqlite"))
    for host in ("127.0.0.1", "127.9.9.9", "localhost"):
        Settings(host=host).refuse_open_issuer()
    for host in ("0.0.0.0", "192.0.2.1", ""):
        with pytest.raises(CannotStart):
            Settings(host=host).refuse_open_issuer()
        Settings(host=host, local_issuer=False).refuse_open_issuer()
        Settings(host=host, local_issuer_beyond_loopback=True).refuse_open_issuer()


def test_a_key_that_is_none_is_told_and_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "issuer.pem").write_text("none")
    done = CliRunner().invoke(main, ["token", "issue", "--role", "viewer", "--data", str(tmp_path)])
    assert (done.exit_code, done.stdout) == (2, "")
    assert f"{tmp_path / 'issuer.pem'} holds no Ed25519 key" in done.stderr
    assert (tmp_path / "issuer.pem").read_text() == "none"


def test_a_port_that_is_taken_is_told_as_that_and_an_address_elsewhere_as_that(tmp_path: Path) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as other:
        port = str(other.getsockname()[1])
        taken = CliRunner().invoke(main, ["up", "--data", str(tmp_path), "--port", port])
    assert (taken.exit_code, f"port {port} is taken on 127.0.0.1" in taken.stderr) == (2, True), taken.output
    elsewhere = CliRunner().invoke(
        main, ["up", "--data", str(tmp_path), "--port", port], env={"PORTOLAN_HOST": "192.0.2.1"}
    )
    assert elsewhere.exit_code == 2
    assert "PORTOLAN_HOST is '192.0.2.1': it should be" in elsewhere.stderr
    assert "taken" not in elsewhere.stderr


def test_a_data_folder_is_served_by_one_process_at_a_time(tmp_path: Path) -> None:
    first = EmbeddedProcess(tmp_path / "data")
    first.start()
    try:
        second = CliRunner().invoke(main, ["up", "--port", "0", "--data", str(first.data)])
        assert (second.exit_code, second.stdout) == (2, ""), second.output
        assert "another process serves projects from the data folder" in second.stderr
        assert (
            CliRunner().invoke(main, ["login-link", "--data", str(first.data)]).stdout.startswith(first.url)
        )
        alone = run("services.risk", PORTOLAN_DATA=str(first.data), PORTOLAN_PORT="0")
        assert_told(alone, "another process serves risk from the data folder")
        first.kill()
        first.start()  # the lock has ended with the process that held it
    finally:
        first.end()


def test_a_stack_that_is_ended_in_the_middle_of_its_start_leaves_nothing_behind(
    apache_kafka: str, tmp_path: Path
) -> None:
    command = [sys.executable, "-m", "services.stack", "--data", str(tmp_path / "data"), "--port", "0"]
    log = (tmp_path / "log").open("w+")
    with (
        log,
        subprocess.Popen(
            [*command, "--kafka-port", str(free_port())], cwd=ROOT, stdout=log, stderr=log
        ) as stack,
    ):
        deadline = monotonic() + READY_S
        while not (
            tmp_path / "data" / "kafka" / "server.properties"
        ).exists():  # PostgreSQL runs, Kafka starts
            assert monotonic() < deadline
            assert stack.poll() is None
            sleep(0.05)
        stack.terminate()
        assert stack.wait(END_S) == 0, (tmp_path / "log").read_text()
    output = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout
    assert str(tmp_path / "data") not in output
    assert "Traceback" not in (tmp_path / "log").read_text()


def test_a_port_of_kafka_that_is_taken_is_told(apache_kafka: str, tmp_path: Path) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as other:
        port = str(other.getsockname()[1])
        kafka = run("deploy.kafka", "--data", tmp_path, "--port", port)
        assert_told(kafka, f"port {port} is taken on 127.0.0.1")
        stack = run("services.stack", "--data", tmp_path / "data", "--port", "0", "--kafka-port", port)
    assert (stack.returncode, f"Error: port {port} is taken" in stack.stderr) == (2, True), stack.stderr
    assert "Traceback" not in stack.stderr


def test_a_service_alone_takes_no_arguments() -> None:
    done = run("services.projects", "--port", "8101")
    assert (done.returncode, done.stdout) == (2, "")
    assert "unrecognized arguments: --port 8101" in done.stderr

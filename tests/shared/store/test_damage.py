"""A store whose file is broken: found before it is served, and refused from the moment in which it is met."""

import asyncio
import os
import re
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from shutil import copytree

import asyncpg
import httpx
import pytest
from click.testing import CliRunner

from services.cli import main
from services.embedded import SERVICES
from services.projects.service import SERVICE
from shared.base.settings import Settings
from shared.base.starting import CannotStart
from shared.store import checking
from shared.store.checking import refuse_damaged
from tests.conftest import Portolan, PostgresServer, running_portolan, running_service
from tests.shared.conftest import PROJECTS, Projects

PAGE = 4096


def overwrite(path: Path, first: int = 2) -> None:
    """All pages but the first few, in place, as a failing disk would."""
    with path.open("r+b") as file:
        file.seek(first * PAGE)
        file.write(os.urandom(path.stat().st_size - first * PAGE))


async def filled(folder: Path, count: int = 40) -> Path:
    async with running_service(SERVICE, Settings(data=folder)) as (one, callers):
        projects = Projects(one, callers)
        for n in range(count):
            await projects.make(name=f"Project {n}", description="x" * 2_000)
    return folder / "projects.sqlite"


async def test_a_damaged_file_is_not_opened(tmp_path: Path) -> None:
    path = await filled(tmp_path)
    refuse_damaged("projects", f"sqlite:///{path}")
    overwrite(path)
    with pytest.raises(
        CannotStart, match=r"projects\.sqlite, cannot be used: it is damaged .*portolan restore"
    ):
        async with running_service(SERVICE, Settings(data=tmp_path)):
            pass


async def test_a_file_that_ends_within_a_page_is_not_opened(tmp_path: Path) -> None:
    """SQLite reads what is missing of the page as zeros: a text of it was served with a hole."""
    path = await filled(tmp_path)
    with path.open("r+b") as file:
        file.truncate(path.stat().st_size - 1_000)
    with pytest.raises(CannotStart, match="the file ends within a page"):
        refuse_damaged("projects", f"sqlite:///{path}")


async def test_a_page_that_the_wal_still_holds_is_not_missed(tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite"
    with closing(sqlite3.connect(path)) as writer, closing(sqlite3.connect(path)) as reader:
        writer.executescript("PRAGMA journal_mode = wal; CREATE TABLE t (x); PRAGMA wal_checkpoint(TRUNCATE)")
        reader.execute("SELECT * FROM t").fetchall()
        with writer:
            writer.executemany("INSERT INTO t VALUES (?)", [("x" * 3_000,)] * 50)
        with path.open("r+b") as file:
            file.truncate(path.stat().st_size + 1_000)  # as a checkpoint leaves it that the power cut ended
        refuse_damaged("projects", f"sqlite:///{path}")
    assert path.stat().st_size % PAGE == 0


async def test_a_large_file_is_checked_while_it_is_served(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = await filled(tmp_path)
    with (
        closing(sqlite3.connect(path)) as connection,
        connection,
    ):  # at the end of the file, and read by nobody
        connection.execute("CREATE TABLE ballast (filler TEXT)")
        connection.executemany("INSERT INTO ballast VALUES (?)", [("x" * 3_000,)] * 100)
    overwrite(path, first=path.stat().st_size // PAGE - 12)
    monkeypatch.setattr(checking, "PATIENCE_S", -1.0)
    monkeypatch.setattr(checking, "STEPS", 1)
    monkeypatch.setattr(
        "shared.runtime.running.refuse_damaged", lambda service, url: refuse_damaged(service, url, -1.0)
    )
    async with running_service(SERVICE, Settings(data=tmp_path)) as (one, callers):
        [check] = [task for task in one.kernel.tasks if task.name == "the check of the store"]
        await check._task
        ready = await callers.anonymous().get("/projects/readyz")
        assert (ready.status_code, "damaged" in ready.json()["detail"]) == (503, True)
        refused = await callers("director").post(PROJECTS, json={"name": "X"})
        assert (refused.status_code, refused.json()["code"]) == (503, "store_damaged")


async def test_a_store_that_breaks_while_it_is_served_is_not_ready_and_takes_nothing_in(
    tmp_path: Path,
) -> None:
    path = await filled(tmp_path)
    async with running_service(SERVICE, Settings(data=tmp_path)) as (one, callers):
        await one.kernel.store.fetch("PRAGMA wal_checkpoint(TRUNCATE)")
        client: httpx.AsyncClient = callers("director")
        assert (await client.get("/projects/readyz")).status_code == 200
        overwrite(path, first=20)
        one.kernel.store._reading.execute("PRAGMA shrink_memory")  # type: ignore[attr-defined]
        answer = await client.get(PROJECTS, params={"limit": 200})
        assert (answer.status_code, answer.json()["code"]) == (503, "store_damaged"), answer.text
        ready = await client.get("/projects/readyz")
        assert (ready.status_code, "damaged" in ready.json()["detail"]) == (503, True)
        refused = await client.post(PROJECTS, json={"name": "X"})
        assert (refused.status_code, refused.json()["code"]) == (503, "store_damaged")
        assert (await client.get("/projects/livez")).status_code == 200


def append_garbage(path: Path) -> None:
    with path.open("ab") as file:
        file.write(os.urandom(8192))


def take_away(path: Path) -> None:
    path.rename(path.with_name(path.name + ".lost"))


@pytest.mark.parametrize("damage", [append_garbage, take_away])
async def test_a_database_that_breaks_is_not_ready_and_refuses_everything(
    tmp_path: Path, postgres_server: PostgresServer, damage: Callable[[Path], None]
) -> None:
    url = await asyncio.to_thread(postgres_server.databases)
    connection = await asyncpg.connect(url.format(service="projects"))
    place = "SELECT current_setting('data_directory') || '/' || pg_relation_filepath('dead_letter')"
    path = Path(await connection.fetchval(place))
    await connection.close()
    async with running_service(SERVICE, Settings(data=tmp_path, database_url=url)) as (_, callers):
        client = callers("director")
        assert (await client.post(PROJECTS, json={"name": "Kept"})).status_code == 201
        damage(path)
        broken = await client.get("/projects/v1/dead-letters")
        assert (broken.status_code, broken.json()["code"]) == (503, "store_damaged")
        ready = await callers.anonymous().get("/projects/readyz")
        assert (ready.status_code, "damaged" in ready.json()["detail"]) == (503, True)
        refused = await client.post(PROJECTS, json={"name": "X"})
        assert (refused.status_code, refused.json()["code"]) == (503, "store_damaged")
        assert (await client.get(PROJECTS)).status_code == 503
        assert (await client.get("/projects/livez")).status_code == 200


@pytest.mark.parametrize(
    "command",
    [["up", "--port", "0"], ["verify"], ["rebuild"], ["backup", "{kept}"]],
    ids=lambda command: command[0],
)
async def test_every_command_tells_a_damaged_store_in_a_sentence(command: list[str], tmp_path: Path) -> None:
    data = tmp_path / "data"
    async with running_portolan(Settings(data=data)) as portolan:
        for n in range(30):
            body = {"name": f"Project {n}", "description": "x" * 2_000}
            assert (await portolan().post(PROJECTS, json=body)).status_code == 201
        await portolan.settled()
    overwrite(data / "projects.sqlite")
    words = [word.format(kept=tmp_path / "kept") for word in command]
    done = await asyncio.to_thread(CliRunner().invoke, main, [*words, "--data", str(data)])
    assert (done.exit_code, done.stdout, done.stderr.count("\n")) == (2, "", 1), done.output
    assert "damaged" in done.stderr


def lose(path: Path, before: bytes) -> None:
    """The store as it was before its last commits: what a power cut leaves of a disk that lies."""
    for end in ("-wal", "-shm"):
        path.with_name(path.name + end).unlink(missing_ok=True)
    path.write_bytes(before)


async def test_a_source_that_lost_its_last_commits_stops_its_consumers(tmp_path: Path) -> None:
    settings, path = Settings(data=tmp_path), tmp_path / "projects.sqlite"
    async with running_portolan(settings) as portolan:
        assert (await portolan().post(PROJECTS, json={"name": "Kept"})).status_code == 201
        await portolan.settled()
    before = path.read_bytes()
    async with running_portolan(settings) as portolan:
        for n in range(5):
            assert (await portolan().post(PROJECTS, json={"name": f"Lost {n}"})).status_code == 201
        await portolan.settled()
    lose(path, before)
    async with running_portolan(settings) as portolan:
        await stopped(portolan)
        ready = await portolan.alone("reporting").get("/reporting/readyz")
        assert ready.status_code == 503
        assert "projects ends at position 1, but 6 was applied" in ready.json()["detail"]
        metrics = (await portolan.alone("reporting").get("/reporting/metrics")).text
        assert re.search(r'portolan_consumer_stopped\{consumer="[^"]+",service="reporting"\} 1\.0', metrics)
        new = await portolan().post(PROJECTS, json={"name": "New"})
        assert new.status_code == 201
        after = {"Portolan-After": new.headers["portolan-position"]}
        shown = await portolan().get("/reporting/v1/projects", headers=after)
        assert (shown.status_code, shown.json()["code"]) == (503, "consumer_stopped"), (
            "nobody saw what was written"
        )
        assert (await portolan.alone("projects").get("/projects/readyz")).status_code == 200
    path.unlink()
    async with running_portolan(settings) as portolan:
        await stopped(portolan)


async def stopped(portolan: Portolan) -> None:
    """Until every consumer of projects has stopped."""
    inboxes = [
        i for result in portolan.running.inboxes.values() for i in result if "projects" in i.consumer.sources
    ]
    assert len(inboxes) == 6
    async with asyncio.timeout(10):
        while not all("lost its last commits" in (inbox.stopped or "") for inbox in inboxes):  # noqa: ASYNC110
            await asyncio.sleep(0.01)


def test_a_fresh_store_is_whole(tmp_path: Path, fresh_stores: Path) -> None:
    copytree(fresh_stores, tmp_path, dirs_exist_ok=True)
    for service in SERVICES:
        assert refuse_damaged(service.name, f"sqlite:///{tmp_path / service.name}.sqlite")
    with closing(sqlite3.connect(tmp_path / "risk.sqlite")) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]

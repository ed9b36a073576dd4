"""`portolan backup` and `restore`: what was told before the backup is there, and nothing counts twice."""

import asyncio
import json
import shutil
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner, Result

from services.backup import NotKept, back_up, restore
from services.cli import main
from shared.base.settings import Settings
from shared.http.auth.roles import SERVICES
from shared.store.search import is_part_of_index
from tests.conftest import make_databases, running_portolan
from tests.support.trials import tried
from tests.system.auditor import audit
from tests.system.load import Load, under_load
from tests.system.running import EmbeddedProcess, running_stack, token_of

WRITES = 60


async def portolan(*arguments: object) -> Result:
    return await asyncio.to_thread(CliRunner().invoke, main, [str(a) for a in arguments])


@asynccontextmanager
async def kept_under_load(process: EmbeddedProcess, folder: Path) -> AsyncIterator[Load]:
    """What had been acknowledged when the backup of the working instance began; finance and risk have reacted too."""
    async with under_load(process.url, token_of(process.data)) as load:
        dates = {"planned_start_on": "2026-01-01", "planned_finish_on": "2026-12-31"}
        cost = {"amount": "100.00", "currency": "CHF"}
        body = {"name": "Approved", "planned_cost": cost, **dates}
        approved = (await load.client.post("/projects/v1/projects", json=body)).json()
        moved = await load.client.post(
            f"/projects/v1/projects/{approved['id']}/approve",
            json={"reason": "worth it"},
            headers={"If-Match": '"1"', "Authorization": f"Bearer {token_of(process.data, 'somebody-else')}"},
        )
        assert moved.status_code == 200, moved.text
        await load.reaches(WRITES)
        before = Load(load.client, acknowledged=list(load.acknowledged))
        await asyncio.to_thread(lambda: asyncio.run(back_up(Settings(data=process.data), folder)))
        await load.reaches(WRITES)
        assert load.statuses.keys() <= {200, 201}
    yield before


async def test_what_is_kept_under_load_comes_back_whole(
    embedded_process: EmbeddedProcess, tmp_path: Path
) -> None:
    async with kept_under_load(embedded_process, tmp_path / "kept") as before:
        answer = await portolan("restore", tmp_path / "kept", "--data", tmp_path / "back")
        assert answer.exit_code == 0, answer.output
        back = EmbeddedProcess(tmp_path / "back")
        back.start()
        try:
            token = token_of(back.data)
            assert await audit(back.url, token, before.acknowledged, []) == []
            async with under_load(back.url, token) as later:
                await later.reaches(WRITES)
            both = [*before.acknowledged, *later.acknowledged]
            assert await audit(back.url, token, both, later.names) == []
            sources = await sources_of_events(back.url, token)
            assert sources == {
                f"/portolan/portolan/{service}/2" for service in ("projects", "finance", "risk")
            }
        finally:
            back.end()
    verified = await portolan("verify", "--data", tmp_path / "back")
    assert verified.exit_code == 0, verified.output


async def sources_of_events(url: str, token: str) -> set[str]:
    result: set[str] = set()
    async with httpx.AsyncClient(base_url=url, headers={"Authorization": f"Bearer {token}"}) as client:
        for service in SERVICES:
            page = (await client.get(f"/{service}/v1/events")).raise_for_status().json()
            result |= {event["source"] for event in page["items"]}
    return result


async def test_a_backup_moves_an_instance_to_postgresql_and_kafka(
    embedded_process: EmbeddedProcess, postgres: str, apache_kafka: str, tmp_path: Path
) -> None:
    async with kept_under_load(embedded_process, tmp_path / "kept") as before:
        url = await make_databases(postgres, list(SERVICES))
        await restore(Settings(data=tmp_path / "stack", database_url=url), tmp_path / "kept")
        with running_stack(tmp_path / "stack", database_url=url) as stack:
            token = token_of(stack.data)
            async with under_load(stack.url, token) as later:
                await later.reaches(WRITES)
            both = [*before.acknowledged, *later.acknowledged]
            assert await audit(stack.url, token, both, later.names, stack.servers) == []


async def test_every_row_goes_there_and_back(tmp_path: Path, fresh_stores: Path, postgres: str) -> None:
    """SQLite to PostgreSQL and back to SQLite: what is not the epoch, or where Kafka stood, is the same."""
    shutil.copytree(fresh_stores, tmp_path / "first")
    first = Settings(data=tmp_path / "first")
    async with running_portolan(first) as running:
        for name in ("a", "Zürich \u0000 \\ \"' \U0001f6a2".replace("\x00", "")):
            answer = await running("director").post("/projects/v1/projects", json={"name": name})
            assert answer.status_code == 201
        plan = {"starts_on": "2026-06-01", "activities": [{"key": "A"}]}
        await tried(running("director"), "/projects/v1/schedules/trial", plan)
        await running.settled()
    second = Settings(data=tmp_path / "second", database_url=await make_databases(postgres, list(SERVICES)))
    third = Settings(data=tmp_path / "third")
    await back_up(first, tmp_path / "kept")
    await restore(second, tmp_path / "kept")
    await back_up(second, tmp_path / "kept again")
    await restore(third, tmp_path / "kept again")
    for service in SERVICES:
        assert rows(third.data, service) == rows(first.data, service), service


def rows(data: Path, service: str) -> dict[str, list[tuple[object, ...]]]:
    passing = {
        "counter": "one, last",
        "inbox_position": "consumer, topic, partition, position",
        "outbox": "position, event_id, aggregate_id, aggregate_version, type, key, payload, effective_at, recorded_at",
    }
    with closing(sqlite3.connect(data / f"{service}.sqlite")) as c:
        tables = [row[0] for row in c.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {
            table: sorted(c.execute(f"SELECT {passing.get(table, '*')} FROM {table}"), key=repr)
            for table in tables
            if not is_part_of_index(table)
        }


Spoil = Callable[[Path], object]


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda stored: (stored / "backup.json").unlink(), "backup.json is missing"),
        (lambda stored: (stored / "risk.sqlite").unlink(), "no store of risk"),
        (lambda stored: change(stored / "backup.json", instance="another"), "of the instance another"),
        (
            lambda stored: (
                (stored.parent / "back").mkdir() or (stored.parent / "back" / "risk.sqlite").touch()
            ),
            "has stores already: risk.sqlite",
        ),
    ],
)
async def test_what_cannot_be_brought_back_whole_is_refused(
    spoil: Spoil, message: str, tmp_path: Path, fresh_stores: Path
) -> None:
    await back_up(Settings(data=fresh_stores), tmp_path / "kept")
    spoil(tmp_path / "kept")
    refused = await portolan("restore", tmp_path / "kept", "--data", tmp_path / "back")
    assert (refused.exit_code, message in refused.output) == (1, True), refused.output
    by_key = {path.name for path in (tmp_path / "back").glob("*")}
    assert by_key <= {"risk.sqlite"}


Damage = Callable[[Path], object]


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda stored: cut(stored / "projects.sqlite"), "projects.sqlite differs from the backup"),
        (lambda stored: flip_a_byte(stored / "finance.sqlite"), "finance.sqlite differs from the backup"),
        (lambda stored: flip_a_byte(stored / "cursor.key"), "cursor.key differs from the backup"),
        (lambda stored: cut(stored / "backup.json"), "backup.json cannot be read"),
        (lambda stored: (stored / "backup.json").write_text("[]"), "backup.json cannot be read"),
        (lambda stored: (stored / "backup.json").write_text("{}"), "backup.json cannot be read"),
    ],
)
async def test_a_backup_that_was_changed_since_is_refused(
    spoil: Damage, message: str, tmp_path: Path, fresh_stores: Path
) -> None:
    (fresh_stores / "cursor.key").write_bytes(b"k" * 32)
    await back_up(Settings(data=fresh_stores), tmp_path / "kept")
    spoil(tmp_path / "kept")
    refused = await portolan("restore", tmp_path / "kept", "--data", tmp_path / "back")
    assert (refused.exit_code, refused.stderr.count("\n")) == (2, 1), refused.output
    assert message in refused.stderr
    assert not list((tmp_path / "back").glob("*"))


async def test_a_backup_is_brought_back_as_often_as_wanted(tmp_path: Path, fresh_stores: Path) -> None:
    await back_up(Settings(data=fresh_stores), tmp_path / "kept")
    for name in ("one", "two"):
        done = await portolan("restore", tmp_path / "kept", "--data", tmp_path / name)
        assert done.exit_code == 0, done.output


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def flip_a_byte(path: Path) -> None:
    stored = bytearray(path.read_bytes())
    stored[len(stored) // 2] ^= 1
    path.write_bytes(stored)


def change(path: Path, **members: str) -> None:
    path.write_text(json.dumps(json.loads(path.read_text()) | members))


async def test_a_backup_goes_nowhere_where_something_is(tmp_path: Path, fresh_stores: Path) -> None:
    (tmp_path / "kept").mkdir()
    (tmp_path / "kept" / "thesis.txt").write_text("mine")
    with pytest.raises(NotKept, match="is not empty"):
        await back_up(Settings(data=fresh_stores), tmp_path / "kept")
    nowhere = await portolan("backup", tmp_path / "new", "--data", tmp_path / "typo")
    assert (nowhere.exit_code, "no store of projects" in nowhere.output) == (1, True), nowhere.output
    assert not (tmp_path / "new").exists()

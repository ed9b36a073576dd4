"""A projection made anew in bulk is the one that is folded event by event, and takes the place of the live one at once."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from services.reporting.rebuild import loading
from services.reporting.rebuild.making import Made, NotInBulk, made_anew
from services.reporting.replay import MARKS, REPLACED, compare, replaying
from services.reporting.service import SERVICE
from services.reporting.totals.audit import wrong_cells
from shared.contracts.language import topics_of
from shared.messaging.bus.embedded import EmbeddedBus, Sources, read_outbox
from shared.messaging.inbox import Inbox
from shared.runtime.running import Opened, opened
from shared.store import beside
from shared.store.base import CannotReplace
from tests.conftest import Portolan
from tests.reporting.telling import FIRST, LENGTH, Story

PROJECTION, *_ = SERVICE.consumers
LAST = FIRST + timedelta(days=LENGTH)
SOURCES = ("projects", "resources", "finance", "risk")


@dataclass
class Rebuilding:
    """Services that have told a story, and a reporting of its own whose projection is made anew."""

    portolan: Portolan
    reporting: Opened
    sources: Sources

    @asynccontextmanager
    async def rebuilt(self) -> AsyncIterator[Made]:
        kernel = self.reporting.kernel
        async with made_anew(kernel.store, kernel.settings, self.sources) as rebuilt:
            yield rebuilt

    async def folds_what_is_new(self) -> None:
        """As the live consumer: everything is told once more, and what its marks have is passed over."""
        inbox = Inbox(self.reporting.kernel, EmbeddedBus(self.sources), PROJECTION)
        await inbox._load()
        for store, topics in self.sources.values():
            own = [topic for topic in topics if topic in PROJECTION.topics]
            await inbox.take(await read_outbox(store, own, 0, 10_000, {}))

    async def is_right(self) -> bool:
        """Whether the live projection is what a replay event by event comes to."""
        async with replaying(self.reporting.kernel.settings, self.sources) as replay:
            await replay.catch_up()
            assert replay.events
            return await compare(self.reporting.kernel.store, replay.kernel.store) == []

    async def tables_as_declared(self) -> dict[str, list[Any]]:
        """What PostgreSQL holds of the tables beside their rows."""
        queries = {
            "indices": "SELECT indexdef FROM pg_indexes WHERE tablename = ANY(string_to_array(?, ','))",
            "keys": "SELECT conname, conrelid::regclass::text, pg_get_constraintdef(oid) FROM pg_constraint"
            " WHERE conrelid::regclass::text = ANY(string_to_array(?, ','))",
            "columns": "SELECT table_schema, table_name, column_name, data_type, is_nullable, column_default"
            " FROM information_schema.columns WHERE table_name = ANY(string_to_array(?, ','))",
            "grants": "SELECT grantee, table_name, privilege_type FROM information_schema.table_privileges"
            " WHERE table_name = ANY(string_to_array(?, ','))",
        }
        store, names = self.reporting.kernel.store, (",".join(REPLACED),)
        return {what: sorted(map(tuple, await store.fetch(query, names))) for what, query in queries.items()}


@pytest.fixture
async def rebuilding(portolan: Portolan, tmp_path: Path, database_url: str) -> AsyncIterator[Rebuilding]:
    story = Story(portolan, 7)
    await story.tell(25)
    await _measured(story)
    await _judged_by_others(story)
    await _planned(story)
    sources = {name: (portolan.running.services[name].kernel.store, topics_of(name)) for name in SOURCES}
    settings = portolan.running.settings.model_copy(
        update={"data": tmp_path / "live", "database_url": database_url}
    )
    async with opened(SERVICE, settings, portolan.running.tokens) as live:
        yield Rebuilding(portolan, live, sources)


async def _measured(story: Story) -> None:
    """Packages with a plan, and costs, some of them told late."""
    plan = {"planned_start_on": "2025-01-06", "planned_finish_on": "2025-03-06"}
    for n, project in enumerate(story.projects[:3]):
        package = {
            "project_id": project,
            "wbs": str(n + 1),
            "name": "Build",
            "budget": story.money(900),
            **plan,
        }
        await story.put("projects/v1/work-packages", str(n), LAST, **package)
    await story.portolan.settled()
    for n, project in enumerate(story.projects[:3]):
        for day in (LAST, LAST - timedelta(days=40)):
            key, cost = {"Idempotency-Key": f"{n} {day}"}, {"project_id": project, "amount": story.money(90)}
            headers = key | {"Portolan-Effective-At": day.isoformat()}
            rebuilt = await story.client.post(
                "/finance/v1/actual-costs", json=cost | {"posted_on": day.isoformat()}, headers=headers
            )
            assert rebuilt.status_code in (201, 409, 422), rebuilt.text
    await story.portolan.settled()


async def _judged_by_others(story: Story) -> None:
    """Thresholds of portfolios that change on a later day."""
    for key, amber in (("1", 4), ("0", 2)):
        thresholds = {"cost_amber_pct": amber, "cost_red_pct": 7.5, "time_amber_days": 3, "time_red_days": 20}
        await story.put("projects/v1/portfolios", key, LAST, name="Judged", thresholds=thresholds)
    await story.portolan.settled()


async def _planned(story: Story) -> None:
    """Activities and links, of which only the newest version is kept."""
    path = f"/projects/v1/projects/{story.projects[0]}/plan"
    for days in (2, 3):
        names = ("A", "B")
        rows = [{"key": n, "name": n, "external_ref": {"source": "tool", "id": n}} for n in names]
        body = {
            "activities": [row | {"duration_minutes": days * 480} for row in rows],
            "dependencies": [{"from_key": "A", "to_key": "B"}],
        }
        tag = (await story.client.get(path)).headers["etag"]
        put = await story.client.put(path, json=body, headers={"If-Match": tag})
        assert put.status_code == 200, put.text
    await story.portolan.settled()


on_postgres = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
"""Where tables change places; an SQLite file is written once instead."""


async def test_what_is_made_in_bulk_is_what_is_folded_event_by_event(
    rebuilding: Rebuilding, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loading, "PAGE", 9)
    monkeypatch.setattr("services.reporting.rebuild.folding.PROJECTS", 2)
    client = rebuilding.portolan("director")
    person = (await client.post("/resources/v1/persons", json={"name": "Ada Byron"})).json()
    await client.post("/projects/v1/portfolios", json={"name": "Owned", "owner_id": person["id"]})
    await client.post(f"/resources/v1/persons/{person['id']}/erase", headers={"If-Match": '"1"'})
    async with rebuilding.rebuilt() as rebuilt:
        await rebuilt.put_in_place(rebuilding.reporting.kernel.store)
    store = rebuilding.reporting.kernel.store
    for table in REPLACED:
        [(rows,)] = await store.fetch(f"SELECT COUNT(*) FROM {table}")
        assert rows, f"the story fills no {table}"
    assert await rebuilding.is_right()
    assert await wrong_cells(store, rebuilding.reporting.kernel.settings) == []
    assert "Byron" not in repr(await store.fetch("SELECT state FROM history"))


async def test_readers_have_the_old_tables_until_all_are_put_in_place(rebuilding: Rebuilding) -> None:
    store = rebuilding.reporting.kernel.store
    await rebuilding.folds_what_is_new()
    await store.run("UPDATE figures SET code = 'tampered' RETURNING 1")
    async with rebuilding.rebuilt() as rebuilt:
        tampered = await store.fetch("SELECT DISTINCT code FROM figures")
        assert [tuple(row) for row in tampered] == [("tampered",)]
        await rebuilt.put_in_place(store)
    assert await rebuilding.is_right()


async def test_a_rebuild_that_is_given_up_leaves_everything_as_it_was(rebuilding: Rebuilding) -> None:
    store = rebuilding.reporting.kernel.store
    await rebuilding.folds_what_is_new()
    marks = await store.fetch(MARKS, (PROJECTION.name,))
    async with rebuilding.rebuilt():
        pass
    assert await store.fetch(MARKS, (PROJECTION.name,)) == marks
    assert await rebuilding.is_right()


async def test_the_live_consumer_goes_on_from_where_the_new_tables_end(rebuilding: Rebuilding) -> None:
    """Something is written while they are made; the live projection has it, and must fold it again."""
    client = rebuilding.portolan()
    await rebuilding.folds_what_is_new()
    async with rebuilding.rebuilt() as rebuilt:
        await client.post("/projects/v1/projects", json={"name": "Meanwhile"})
        await rebuilding.folds_what_is_new()
        await rebuilt.put_in_place(rebuilding.reporting.kernel.store)
    assert not await rebuilding.is_right(), "the project stands beyond what was loaded"
    await rebuilding.folds_what_is_new()
    assert await rebuilding.is_right()


async def test_an_event_that_cannot_be_folded_leaves_the_work_to_a_replay_event_by_event(
    rebuilding: Rebuilding,
) -> None:
    await rebuilding.folds_what_is_new()
    store, _ = rebuilding.sources["finance"]
    broken = (
        "UPDATE outbox SET payload = '{}' WHERE position = (SELECT MIN(position) FROM outbox) RETURNING 1"
    )
    before = await rebuilding.reporting.kernel.store.fetch("SELECT COUNT(*) FROM history")
    await store.run(broken)
    with pytest.raises(NotInBulk, match="missing required field"):
        async with rebuilding.rebuilt():
            pass
    assert await rebuilding.reporting.kernel.store.fetch("SELECT COUNT(*) FROM history") == before


@on_postgres
async def test_the_new_tables_have_the_keys_indices_and_grants_of_the_old_ones(
    rebuilding: Rebuilding,
) -> None:
    store = rebuilding.reporting.kernel.store
    for grant in ("SELECT ON figures TO PUBLIC", "SELECT, UPDATE ON history TO PUBLIC"):
        await store.run(f"GRANT {grant}")
    before = await rebuilding.tables_as_declared()
    async with rebuilding.rebuilt() as rebuilt:
        await rebuilt.put_in_place(store)
    assert await rebuilding.tables_as_declared() == before
    assert before["indices"]
    assert await store.fetch("SELECT 1 FROM pg_namespace WHERE nspname = ?", (beside.SCHEMA,)) == []


@on_postgres
async def test_readers_meet_no_error_while_tables_change_places(rebuilding: Rebuilding) -> None:
    store, done = rebuilding.reporting.kernel.store, asyncio.Event()
    query = (
        "SELECT COUNT(*) FROM history h JOIN current_state c ON c.aggregate_id = h.aggregate_id, figures f"
    )
    await rebuilding.folds_what_is_new()
    [expected] = await store.fetch(query)

    async def read() -> set[int]:
        answers = set()
        while not done.is_set():
            answers.add((await store.fetch(query))[0][0])
        return answers

    readers = [asyncio.create_task(read()) for _ in range(3)]
    for _ in range(2):
        async with rebuilding.rebuilt() as rebuilt:
            await rebuilt.put_in_place(store)
    done.set()
    assert [await reader for reader in readers] == [{expected[0]}] * 3


@on_postgres
async def test_what_a_killed_rebuild_left_is_removed_by_the_next(rebuilding: Rebuilding) -> None:
    store = rebuilding.reporting.kernel.store
    await rebuilding.folds_what_is_new()
    async with beside.beside(store.url, list(REPLACED)) as new:  # type: ignore[attr-defined]
        new._connection.terminate()  # as a kill does: nothing is tidied up
    assert await store.fetch("SELECT 1 FROM pg_namespace WHERE nspname = ?", (beside.SCHEMA,))
    assert await rebuilding.is_right()
    async with rebuilding.rebuilt() as rebuilt:
        await rebuilt.put_in_place(store)
    assert await rebuilding.is_right()


@on_postgres
async def test_one_process_at_a_time_makes_the_tables_anew(rebuilding: Rebuilding) -> None:
    async with rebuilding.rebuilt():
        with pytest.raises(CannotReplace, match="another process"):
            async with rebuilding.rebuilt():
                pass


@on_postgres
async def test_a_view_on_a_table_is_told_before_anything_is_replaced(rebuilding: Rebuilding) -> None:
    store = rebuilding.reporting.kernel.store
    await rebuilding.folds_what_is_new()
    await store.run("CREATE VIEW of_the_board AS SELECT project_id FROM figures")
    async with rebuilding.rebuilt() as rebuilt:
        with pytest.raises(CannotReplace, match="view of_the_board depends on table"):
            await rebuilt.put_in_place(store)
    assert await rebuilding.is_right()


@on_postgres
async def test_a_lock_that_somebody_holds_is_waited_for(
    rebuilding: Rebuilding, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(beside, "TRIES", 3)
    store = rebuilding.reporting.kernel.store
    reader = await asyncpg.connect(store.url)  # type: ignore[attr-defined]
    async with rebuilding.rebuilt() as rebuilt:
        await reader.execute("BEGIN; SELECT COUNT(*) FROM figures")
        putting = asyncio.create_task(rebuilt.put_in_place(store))
        await asyncio.wait([putting], timeout=0.3)
        assert not putting.done()
        await reader.execute("COMMIT")
        async with asyncio.timeout(20):
            await putting
    await reader.close()
    assert await rebuilding.is_right()

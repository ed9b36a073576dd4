"""A projection that was made anew from the outboxes reads its topics on from where the old one stood in them."""

from dataclasses import replace
from pathlib import Path

import pytest

from services.reporting.replay import MARKS, compare, flip, replaying
from services.reporting.service import SERVICE
from shared.base.settings import Settings
from shared.contracts.language import topics_of
from shared.messaging.bus import Record
from shared.messaging.bus.embedded import EmbeddedBus, read_outbox
from shared.messaging.inbox import Inbox
from shared.runtime.running import opened
from tests.conftest import Portolan

PROJECTION, *_ = SERVICE.consumers
TOPICS = topics_of("projects")


def on_a_topic(records: list[Record]) -> list[Record]:
    """The same with offsets as a topic gives them, which count the messages of one partition."""
    places = [(r.topic, r.partition) for r in records]
    return [replace(r, offset=places[:i].count(places[i])) for i, r in enumerate(records)]


@pytest.mark.parametrize("missing", [0, 1])
async def test_offsets_are_those_of_the_topic_and_never_beyond_what_was_folded(
    portolan: Portolan, tmp_path: Path, database_url: str, missing: int
) -> None:
    """`missing` events came to the live projection after the replay had caught up: it must read them again."""
    project = (await portolan().post("/projects/v1/projects", json={"name": "ERP"})).json()
    package = {"project_id": project["id"], "name": "Build"}
    for n in range(1, 6):
        await portolan().post("/projects/v1/work-packages", json=package | {"wbs": str(n)})
        await portolan().post("/projects/v1/portfolios", json={"name": f"Portfolio {n}"})
    store = portolan.running.services["projects"].kernel.store
    events = await read_outbox(store, TOPICS, 0, 100, {})
    of_project = [r.position for r in events if r.partition == events[0].partition]
    folded = [r for r in events if not missing or r.position < of_project[-1]]
    settings = Settings(data=tmp_path / "live", database_url=database_url)
    async with opened(SERVICE, settings, portolan.running.tokens) as live:
        await Inbox(live.kernel, EmbeddedBus({}), PROJECTION).take(on_a_topic(events))
        async with replaying(settings, {"projects": (store, TOPICS)}) as replay:
            await replay.inbox.take(folded)
            await flip(live.kernel.store, replay)
            assert await compare(live.kernel.store, replay.kernel.store) == []
        rows = await live.kernel.store.fetch(MARKS, (PROJECTION.name,))
    position, offset = {row[1]: row[3:] for row in rows}[events[0].partition]
    assert position == of_project[-1 - missing]
    assert offset == (0 if missing else len(of_project))


async def test_differences_are_found_wherever_they_stand_however_little_is_held_at_once(
    portolan: Portolan, tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.reporting.replay.COMPARED", 3)
    monkeypatch.setattr("services.reporting.replay.CHUNK", 2)
    for n in range(11):
        await portolan().post("/projects/v1/portfolios", json={"name": f"Portfolio {n}"})
    source = portolan.running.services["projects"].kernel.store
    events = await read_outbox(source, TOPICS, 0, 100, {})
    ids = [record.event.subject for record in events]
    settings = Settings(data=tmp_path / "live", database_url=database_url)
    async with opened(SERVICE, settings, portolan.running.tokens) as live:
        store = live.kernel.store
        await Inbox(live.kernel, EmbeddedBus({}), PROJECTION).take(on_a_topic(events))
        async with replaying(settings, {"projects": (source, TOPICS)}) as replay:
            await replay.catch_up()
            assert await compare(store, replay.kernel.store) == []
            for id in (ids[0], ids[4], ids[10]):
                await store.run("DELETE FROM current_state WHERE aggregate_id = ? RETURNING 1", (id,))
            for id in (ids[3], ids[9]):
                await store.run(
                    "UPDATE current_state SET state = '{}' WHERE aggregate_id = ? RETURNING 1", (id,)
                )
            for id in ("00000000-0000-7000-8000-000000000000", "ffffffff-ffff-7fff-bfff-ffffffffffff"):
                await store.run(
                    "UPDATE history SET aggregate_id = ? WHERE aggregate_id = ? RETURNING 1",
                    (id, ids[5] if id.startswith("0") else ids[6]),
                )
            by_key = {(d.table, d.key[0], d.only) for d in await compare(store, replay.kernel.store)}
            assert by_key == {
                *(("current_state", id, "replayed") for id in (ids[0], ids[4], ids[10])),
                *(("current_state", id, "differs") for id in (ids[3], ids[9])),
                ("history", "00000000-0000-7000-8000-000000000000", "live"),
                ("history", "ffffffff-ffff-7fff-bfff-ffffffffffff", "live"),
                *(("history", id, "replayed") for id in (ids[5], ids[6])),
            }
            await flip(store, replay)
            assert await compare(store, replay.kernel.store) == []
        if not database_url:
            assert (tmp_path / "live" / "reporting.sqlite-wal").stat().st_size == 0

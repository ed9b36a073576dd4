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

[PROJECTION] = SERVICE.consumers
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
    told = await read_outbox(store, TOPICS, 0, 100, {})
    of_project = [r.position for r in told if r.partition == told[0].partition]
    folded = [r for r in told if not missing or r.position < of_project[-1]]
    settings = Settings(data=tmp_path / "live", database_url=database_url)
    async with opened(SERVICE, settings, portolan.running.tokens) as live:
        await Inbox(live.kernel, EmbeddedBus({}), PROJECTION).take(on_a_topic(told))
        async with replaying(settings, {"projects": (store, TOPICS)}) as replay:
            await replay.inbox.take(folded)
            await flip(live.kernel.store, replay)
            assert await compare(live.kernel.store, replay.kernel.store) == []
        rows = await live.kernel.store.fetch(MARKS, (PROJECTION.name,))
    position, offset = {row[1]: row[3:] for row in rows}[told[0].partition]
    assert position == of_project[-1 - missing]
    assert offset == (0 if missing else len(of_project))

"""A copy that tells more than before is filled from the events: its consumer of an upgraded store begins anew."""

from dataclasses import replace
from pathlib import Path

import sqlalchemy as sa

from services.risk.service import SERVICE
from shared.contracts.language import topics_of
from shared.messaging.bus.embedded import read_outbox
from shared.messaging.inbox import Inbox
from shared.runtime.migrate import upgrade
from tests.conftest import Portolan


def test_an_upgraded_store_of_risks_hears_again_which_programmes_are_archived(tmp_path: Path) -> None:
    engine = sa.create_engine(f"sqlite:///{tmp_path}/risk.sqlite")
    marks = sa.table(
        "inbox_position",
        *(sa.column(c) for c in ("consumer", "topic", "partition", "epoch", "next_offset", "position")),
    )
    with engine.begin() as connection:
        upgrade(SERVICE, connection, "0004")
        mark = {"topic": "portolan.projects.v1", "partition": 0, "epoch": 1, "next_offset": 7, "position": 7}
        connection.execute(sa.insert(marks), [mark | {"consumer": c} for c in ("risk.reactions", "other")])
        upgrade(SERVICE, connection)
        assert connection.execute(sa.select(marks.c.consumer)).scalars().all() == ["other"]
    engine.dispose()


async def test_who_hears_it_again_knows_what_was_archived(portolan: Portolan) -> None:
    director = portolan("director")
    content = [
        (await director.post("/projects/v1/programmes", json={"name": name})).json()["id"]
        for name in ("Gone", "Here")
    ]
    await director.delete(f"/projects/v1/programmes/{content[0]}", headers={"If-Match": "*"})
    await portolan.settled()
    running = portolan.running
    store = running.services["risk"].kernel.store
    await store.run("UPDATE known_programme SET archived = 0")
    records = await read_outbox(running.services["projects"].kernel.store, topics_of("projects"), 0, 500, {})
    inbox = running.inboxes["risk"][0]
    await Inbox(inbox.kernel, inbox.bus, replace(inbox.consumer, name="risk.again")).take(records)
    body = {"rated_on": "2026-03-01", "rating": 3}
    answers = [
        await director.post("/risk/v1/assessments", json=body | {"programme_id": programme})
        for programme in content
    ]
    assert [answer.status_code for answer in answers] == [409, 201]
    assert answers[0].json()["code"] == "archived"

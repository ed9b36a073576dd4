"""What risk does when projects are told of: a register opened at the approval and closed at the end."""

from dataclasses import replace
from typing import Any

import pytest

from shared.contracts.language import topics_of
from shared.messaging.bus.embedded import read_outbox
from shared.messaging.inbox import Inbox
from tests.support.given import ASSESSMENTS, PROJECTS, RISKS, Desk


async def test_an_approval_opens_the_register_and_the_end_closes_it(desk_everywhere: Desk) -> None:
    desk = desk_everywhere
    project = await desk.project()
    assert await desk.registers() == []
    project = await desk.move(PROJECTS, project, "approve")
    (register,) = await desk.registers()
    assert (register["project_id"], register["open"], register["version"]) == (project["id"], True, 1)
    for verb in ("activate", "start-closing", "close"):
        project = await desk.move(PROJECTS, project, verb)
    (register,) = await desk.registers()
    assert (register["open"], register["version"]) == (False, 2)
    assert await desk.facts("register") == ["opened", "closed"]


async def test_a_proposal_that_is_discontinued_never_had_a_register(desk: Desk) -> None:
    await desk.project("discontinue")
    assert await desk.registers() == []


@pytest.mark.parametrize(
    ("stage", "expected_facts"),
    [
        ("proposed", []),
        ("initiating", ["opened"]),
        ("approved", ["opened"]),
        ("active", ["opened"]),
        ("closing", ["opened"]),
        ("closed", ["opened", "closed"]),
        ("discontinued", []),
    ],
)
async def test_an_import_at_a_stage_is_taken_as_the_moves_that_lead_there(
    desk: Desk, stage: str, expected_facts: list[str]
) -> None:
    """On first use; until then nothing is published of the register."""
    project = await desk.put(PROJECTS, "1", name="Old", stage=stage)
    await desk.portolan.settled()
    assert await desk.facts("register") == []
    await desk.make(ASSESSMENTS, project_id=project["id"], rated_on="2026-03-01", rating=3)
    assert await desk.facts("register") == expected_facts


async def test_a_register_is_effective_from_the_import_however_late_it_is_opened(desk: Desk) -> None:
    project = await desk.put(PROJECTS, "1", "2012-08-31", name="Old", stage="active")
    await desk.portolan.settled()
    await desk.risk(project)
    await desk.portolan.settled()
    event = (await desk.client.get("/risk/v1/events")).json()["items"][-1]
    assert event["data"]["effective_at"].startswith("2012-08-31")
    assert event["authid"] == "system:risk.reactions"


async def test_what_is_delivered_twice_does_nothing_twice(desk: Desk) -> None:
    await desk.project("approve", "discontinue")
    running = desk.portolan.running
    records = await read_outbox(running.services["projects"].kernel.store, topics_of("projects"), 0, 500, {})
    inbox = running.inboxes["risk"][0]
    await inbox.take(records)
    forgetful = Inbox(inbox.kernel, inbox.bus, replace(inbox.consumer, name="risk.again"))
    await forgetful.take(records[-1:])
    assert await desk.facts("register") == ["opened", "closed"]


async def test_everything_in_one_batch_makes_one_register(desk: Desk) -> None:
    """A consumer that starts late finds the whole life of a project in its first batch."""
    await desk.project("approve", "activate", "discontinue")
    running = desk.portolan.running
    store = running.services["risk"].kernel.store
    for table in ("inbox_position", "register", "known_project"):
        await store.run(f"DELETE FROM {table}")
    await store.run("DELETE FROM outbox WHERE aggregate_type = 'register'")
    inbox = running.inboxes["risk"][0]
    late = Inbox(inbox.kernel, inbox.bus, replace(inbox.consumer, name="risk.late"))
    await late.take(
        await read_outbox(running.services["projects"].kernel.store, topics_of("projects"), 0, 500, {})
    )
    assert await desk.facts("register") == ["opened", "closed"]


async def test_registers_are_read_and_never_written_over_rest(desk: Desk) -> None:
    refused = await desk.client.post("/risk/v1/registers", json={})
    assert (refused.status_code, refused.headers["allow"]) == (405, "GET, HEAD, OPTIONS")
    await desk.project("approve")
    url = f"/risk/v1/registers/{(await desk.registers())[0]['id']}"
    assert (await desk.client.get(url)).headers["etag"] == '"1"'
    assert (await desk.client.delete(url, headers={"If-Match": '"1"'})).status_code == 405


@pytest.mark.parametrize("collection", [ASSESSMENTS, RISKS])
async def test_the_first_record_of_an_imported_project_opens_its_register(
    desk_everywhere: Desk, collection: str
) -> None:
    desk = desk_everywhere
    project = await desk.put(PROJECTS, "1", "2020-01-01", name="Old", stage="active")
    await desk.portolan.settled()
    bodies: dict[str, dict[str, Any]] = {
        ASSESSMENTS: {"rated_on": "2026-03-01", "rating": 3},
        RISKS: {"title": "The vendor fails"},
    }
    for _ in range(2):
        await desk.make(collection, project_id=project["id"], **bodies[collection])
        await desk.portolan.settled()
    (register,) = await desk.registers()
    assert (register["project_id"], register["open"]) == (project["id"], True)
    assert await desk.facts("register") == ["opened"]


async def test_a_register_that_is_opened_late_has_the_life_of_one_that_was_opened_with_the_import(
    desk: Desk,
) -> None:
    for day, stage in (("2020-01-01", "active"), ("2021-01-01", "closed"), ("2022-01-01", "active")):
        project = await desk.put(PROJECTS, "1", day, name="Old", stage=stage)
        await desk.portolan.settled()
    await desk.risk(project)
    await desk.portolan.settled()
    events = (await desk.client.get("/risk/v1/events")).json()["items"]
    life = [
        (e["type"].split(".")[-2], e["data"]["effective_at"][:10])
        for e in events
        if ".register." in e["type"]
    ]
    assert life == [("opened", "2020-01-01"), ("closed", "2021-01-01"), ("opened", "2022-01-01")]


async def test_what_was_rated_before_an_import_at_a_stage_opens_the_register_with_it(desk: Desk) -> None:
    project = await desk.put(PROJECTS, "1", name="Old")
    await desk.portolan.settled()
    await desk.risk(project)
    assert await desk.facts("register") == []
    await desk.put(PROJECTS, "1", name="Old", stage="active")
    assert await desk.facts("register") == ["opened"]

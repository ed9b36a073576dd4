"""A POST that is sent again gives the answer it gave, and does nothing; a batch gives each item its own status."""

import asyncio
from pathlib import Path
from typing import Any

import httpx

from services.projects.service import SERVICE
from shared.base.clock import HOUR_US, now_micros
from shared.base.settings import Settings
from tests.conftest import running_service
from tests.shared.conftest import PROJECTS, Projects

KEY = {"Idempotency-Key": "order-66"}


async def insist(client: httpx.AsyncClient, body: dict[str, Any]) -> httpx.Response:
    """As a client does that is told to come again."""
    while True:
        answer = await client.post(PROJECTS, json=body, headers=KEY)
        if answer.status_code != 409:
            return answer
        assert (answer.json()["code"], answer.headers["retry-after"]) == ("key_in_use", "1")
        await asyncio.sleep(0.001)


async def test_ten_clients_with_one_key_make_one_resource(projects_everywhere: Projects) -> None:
    projects = projects_everywhere
    answers = await asyncio.gather(*(insist(projects.client, {"name": "One"}) for _ in range(10)))
    assert {a.status_code for a in answers} == {201}
    assert len({a.content for a in answers}) == 1
    assert (
        len({(a.headers["etag"], a.headers["location"], a.headers["portolan-position"]) for a in answers})
        == 1
    )
    assert sum("idempotency-replayed" in a.headers for a in answers) == 9
    assert await projects.count("project") == await projects.count("outbox") == 1


async def test_a_key_is_its_callers_own(projects: Projects) -> None:
    first = await projects.client.post(PROJECTS, json={"name": "One"}, headers=KEY)
    other = await projects.callers("manager").post(PROJECTS, json={"name": "One"}, headers=KEY)
    assert first.json()["id"] != other.json()["id"]


async def test_the_same_key_with_another_body_is_refused(projects_everywhere: Projects) -> None:
    projects = projects_everywhere
    await projects.client.post(PROJECTS, json={"name": "One"}, headers=KEY)
    other = await projects.client.post(PROJECTS, json={"name": "Two"}, headers=KEY)
    assert (other.status_code, other.json()["code"]) == (422, "key_reused")
    assert await projects.count("project") == 1


async def test_a_replay_tells_what_was_answered_then(projects: Projects) -> None:
    first = await projects.client.post(PROJECTS, json={"name": "One"}, headers=KEY)
    await projects.revise(first.json(), name="Renamed")
    again = await projects.client.post(PROJECTS, json={"name": "One"}, headers=KEY)
    assert (again.content, again.headers["etag"]) == (first.content, '"1"')


async def test_a_move_is_replayed_though_its_version_is_gone(projects: Projects) -> None:
    dates = {"planned_start_on": "2026-01-01", "planned_finish_on": "2026-12-31"}
    project = await projects.make(**dates)
    url, headers = f"{PROJECTS}/{project['id']}/approve", KEY | {"If-Match": '"1"'}
    first, again = [await projects.client.post(url, headers=headers) for _ in range(2)]
    assert (first.status_code, again.status_code, again.content) == (200, 200, first.content)
    assert again.headers["idempotency-replayed"] == "true"
    assert await projects.count("outbox") == 2


async def test_a_key_outlives_the_process(tmp_path: Path, database_url: str) -> None:
    settings = Settings(data=tmp_path, database_url=database_url)
    answers = []
    for _ in range(2):
        async with running_service(SERVICE, settings) as (_, callers):
            answers.append(await callers("director").post(PROJECTS, json={"name": "One"}, headers=KEY))
    assert [a.status_code for a in answers] == [201, 201]
    assert answers[0].content == answers[1].content
    assert answers[1].headers["idempotency-replayed"] == "true"


async def test_a_key_is_forgotten_after_a_day(projects_everywhere: Projects) -> None:
    projects = projects_everywhere
    first = await projects.client.post(PROJECTS, json={"name": "One"}, headers=KEY)
    await projects.store.run(
        "UPDATE idempotency SET created_at = ? RETURNING key", (now_micros() - 24 * HOUR_US - 1,)
    )
    again = await projects.client.post(PROJECTS, json={"name": "One"}, headers=KEY)
    assert (again.status_code, "idempotency-replayed" in again.headers) == (201, False)
    assert again.json()["id"] != first.json()["id"]


async def test_what_was_refused_keeps_no_key(projects: Projects) -> None:
    project = await projects.make(planned_start_on="2026-01-01", planned_finish_on="2026-12-31")
    url = f"{PROJECTS}/{project['id']}/approve"
    refused = await projects.client.post(url, headers=KEY | {"If-Match": '"2"'})
    assert refused.status_code == 412
    granted = await projects.client.post(url, headers=KEY | {"If-Match": '"1"'})
    assert (granted.status_code, "idempotency-replayed" in granted.headers) == (200, False)


async def test_a_batch_needs_a_key(projects: Projects) -> None:
    refused = await projects.client.post(f"{PROJECTS}/batch", json={"items": [{"name": "X"}]})
    assert (refused.status_code, refused.json()["errors"][0]["header"]) == (400, "Idempotency-Key")
    assert await projects.count("project") == 0


async def test_each_item_of_a_batch_has_its_own_status(projects_everywhere: Projects) -> None:
    projects = projects_everywhere
    await projects.make(code="TAKEN")
    await projects.client.put(f"{PROJECTS}/by-ref/sap/1", json={"name": "Known"})
    items = [
        {"name": "New"},
        {"name": ""},
        {"name": "Clash", "code": "TAKEN"},
        {"name": "Known", "external_ref": {"source": "sap", "id": "1"}},
        {"name": "Fresh", "external_ref": {"source": "sap", "id": "2"}},
        {"name": "Clash again", "code": "TAKEN"},
    ]
    first = await projects.client.post(f"{PROJECTS}/batch", json={"items": items}, headers=KEY)
    assert first.status_code == 207
    answered = first.json()["items"]
    assert [i["status"] for i in answered] == [201, 422, 409, 200, 201, 409]
    assert [i["index"] for i in answered] == list(range(6))
    assert [i.get("changed") for i in answered] == [True, None, None, False, True, None]
    assert answered[2]["problem"]["code"] == "duplicate"
    names = {row[0] for row in await projects.store.fetch("SELECT name FROM project")}
    assert names == {"New ERP", "Known", "New", "Fresh"}
    assert await projects.count("outbox") == 4
    again = await projects.client.post(f"{PROJECTS}/batch", json={"items": items}, headers=KEY)
    assert (again.status_code, again.json()) == (207, first.json())
    assert again.headers["idempotency-replayed"] == "true"
    assert await projects.count("outbox") == 4

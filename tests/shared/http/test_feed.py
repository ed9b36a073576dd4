"""The event feed and its stream refuse what they cannot read on from."""

import asyncio
import json
from types import SimpleNamespace
from typing import Any

import httpx
import jsonschema
import pytest

from services.projects.service import SERVICE
from shared.domain.access.rights import EVERYTHING
from shared.http import feed
from shared.runtime.app import create_app
from shared.runtime.serve import serving
from shared.store.outbox import partition_of
from tests.shared.conftest import Projects

EVENTS = "/projects/v1/events"


@pytest.mark.parametrize(("name", "value"), [("limit", "0"), ("limit", "501"), ("limit", "x"), ("after", "-1"),
                                             ("after", ""), ("after", "9" * 19), ("after", "0" * 21), ("after", "\u0661")])  # fmt: skip
async def test_a_page_that_cannot_be_is_refused(projects: Projects, name: str, value: str) -> None:
    refused = await projects.client.get(EVENTS, params={name: value})
    assert (refused.status_code, refused.json()["errors"][0]["parameter"]) == (400, name)


async def test_the_heads_are_the_last_events_of_their_partitions(projects: Projects) -> None:
    for name in "abcdefgh":
        (await projects.client.post("/projects/v1/projects", json={"name": name})).raise_for_status()
    last = {}
    for event in (await projects.client.get(EVENTS)).json()["items"]:
        last[partition_of(event["partitionkey"])] = str(int(event["sequence"]))
    content = (await projects.client.get(f"{EVENTS}/heads")).json()
    assert content["epoch"] == 1
    assert {item["partition"]: item["position"] for item in content["items"]} == last
    assert {item["topic"] for item in content["items"]} == {"portolan.projects.v1"}


async def test_an_event_is_gone_on_from_by_the_sequence_that_it_carries(projects: Projects) -> None:
    first, second = await projects.make(name="First"), await projects.make(name="Second")
    page = (await projects.client.get(EVENTS)).json()["items"]
    assert [event["subject"] for event in page] == [first["id"], second["id"]]
    after = page[0]["sequence"]
    assert after.startswith("00")
    rest = (await projects.client.get(EVENTS, params={"after": after})).json()
    assert [event["subject"] for event in rest["items"]] == [second["id"]]
    nothing = (await projects.client.get(EVENTS, params={"after": page[1]["sequence"]})).json()
    assert nothing == {"items": [], "position": page[1]["sequence"].lstrip("0"), "epoch": 1}


@pytest.mark.parametrize("path", [EVENTS, f"{EVENTS}/stream"])
async def test_a_position_beyond_the_end_is_gone_and_the_epoch_is_named(
    projects: Projects, path: str
) -> None:
    """It was given before the store was restored: who waited for it would miss all that happens until then."""
    await projects.make()
    answer = await projects.client.get(path, params={"after": "2"})
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (410, "position_beyond_end")
    assert (problem["epoch"], problem["position"]) == (1, "1")
    resumed = await projects.client.get(f"{EVENTS}/stream", headers={"Last-Event-ID": "999999"})
    assert resumed.status_code == 410
    assert (await projects.client.get(EVENTS, params={"after": "1"})).status_code == 200


async def test_a_feed_of_nothing_is_read_from_its_start(projects: Projects) -> None:
    answer = await projects.client.get(EVENTS, params={"after": "0"})
    assert answer.json() == {"items": [], "position": "0", "epoch": 1}


async def test_an_event_asked_for_by_type_is_the_same_event(projects_everywhere: Projects) -> None:
    """What the database passes over still counts as the event before it in the partition."""
    projects = projects_everywhere
    project = await projects.make()
    assert (await projects.revise(project, name="Newer ERP")).status_code == 200
    await projects.make(name="Another")
    everything = (await projects.client.get(EVENTS)).json()
    kind = everything["items"][1]["type"]
    content = (await projects.client.get(EVENTS, params={"type": kind})).json()
    assert content["items"] == [event for event in everything["items"] if event["type"] == kind]
    assert content["position"] == everything["position"]
    both = {"type": [kind, everything["items"][0]["type"]]}
    assert (await projects.client.get(EVENTS, params=both)).json() == everything


async def test_a_page_counts_the_events_that_it_passes_over(projects: Projects) -> None:
    for _ in range(2):
        await projects.make()
    passed = (await projects.client.get(EVENTS, params={"type": "nothing", "limit": 1})).json()
    assert passed == {"items": [], "position": "1", "epoch": 1, "next": "1"}


async def test_a_stream_passes_what_nobody_wants_and_lets_others_be_answered(projects: Projects) -> None:
    """Between two slices of the outbox another task gets its turn, however long the outbox is."""
    for _ in range(3):
        await projects.make()
    turns = 0

    async def others() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    other = asyncio.create_task(others())
    heads: dict[tuple[str, int], int] = {}
    call = SimpleNamespace(kernel=projects.one.kernel, sight=EVERYTHING)
    for after in range(3):
        before = turns
        reached, passed, _, records = await feed._slice(
            call, ["portolan.projects.v1"], after, 1, heads, ["nothing"]
        )  # type: ignore[arg-type]
        assert (reached, passed, records) == (after + 1, 1, [])
        assert turns > before
    other.cancel()


def test_the_document_says_how_a_position_is_written() -> None:
    paths = create_app(SERVICE).openapi()["paths"]
    reported = [p for path in (EVENTS, f"{EVENTS}/stream") for p in paths[path]["get"]["parameters"]]
    patterns = {p["schema"]["pattern"] for p in reported if p["name"] in ("after", "Last-Event-ID")}
    assert len([p for p in reported if p["name"] in ("after", "Last-Event-ID")]) == 3
    assert patterns == {"^0{0,2}[0-9]{1,18}$"}


async def test_an_event_of_the_stream_is_as_the_document_tells(projects: Projects) -> None:
    await projects.make()
    document = create_app(SERVICE).openapi()["paths"][f"{EVENTS}/stream"]["get"]["responses"]["200"]
    schema = document["content"]["text/event-stream"]["schema"]
    sent = await first_event(projects.one.app, projects.callers.token("director"))
    jsonschema.validate(sent, schema)
    assert json.loads(sent["data"])["sequence"] == sent["id"].rjust(20, "0")


async def first_event(app: Any, token: str) -> dict[str, str]:
    """The members of the first event of the stream from its beginning."""
    async with (
        serving(app, "127.0.0.1", 0) as url,
        httpx.AsyncClient(base_url=url, headers={"Authorization": f"Bearer {token}"}) as client,
        client.stream("GET", f"{EVENTS}/stream?after=0") as stream,
    ):
        members: dict[str, str] = {}
        async for line in stream.aiter_lines():
            name, colon, value = line.partition(": ")
            if name and colon:
                members[name] = value
            if not line and members:
                return members
    raise AssertionError("the stream ended")


async def test_a_stream_goes_on_only_after_an_event_that_was(projects: Projects) -> None:
    refused = await projects.client.get(f"{EVENTS}/stream", headers={"Last-Event-ID": "the last"})
    assert (refused.status_code, refused.json()["errors"][0]["header"]) == (400, "Last-Event-ID")


async def test_a_stream_is_not_given_to_who_wants_json(projects: Projects) -> None:
    refused = await projects.client.get(f"{EVENTS}/stream", headers={"Accept": "application/json"})
    assert refused.status_code == 406

"""The event feed and its stream refuse what they cannot read on from."""

import pytest

from shared.outbox import partition_of
from tests.shared.http.conftest import Projects

EVENTS = "/projects/v1/events"


@pytest.mark.parametrize(("name", "value"), [("limit", "0"), ("limit", "501"), ("limit", "x"), ("after", "-1"), ("after", "")])  # fmt: skip
async def test_a_page_that_cannot_be_is_refused(projects: Projects, name: str, value: str) -> None:
    refused = await projects.client.get(EVENTS, params={name: value})
    assert (refused.status_code, refused.json()["errors"][0]["parameter"]) == (400, name)


async def test_the_heads_are_the_last_events_of_their_partitions(projects: Projects) -> None:
    for name in "abcdefgh":
        (await projects.client.post("/projects/v1/projects", json={"name": name})).raise_for_status()
    last = {}
    for event in (await projects.client.get(EVENTS)).json()["items"]:
        last[partition_of(event["partitionkey"])] = str(int(event["sequence"]))
    told = (await projects.client.get(f"{EVENTS}/heads")).json()
    assert told["epoch"] == 1
    assert {item["partition"]: item["position"] for item in told["items"]} == last
    assert {item["topic"] for item in told["items"]} == {"portolan.projects.v1"}


async def test_a_stream_goes_on_only_after_an_event_that_was(projects: Projects) -> None:
    refused = await projects.client.get(f"{EVENTS}/stream", headers={"Last-Event-ID": "the last"})
    assert (refused.status_code, refused.json()["errors"][0]["header"]) == (400, "Last-Event-ID")


async def test_a_stream_is_not_given_to_who_wants_json(projects: Projects) -> None:
    refused = await projects.client.get(f"{EVENTS}/stream", headers={"Accept": "application/json"})
    assert refused.status_code == 406

"""Comments: only their author changes them, threads stay with their subject, and they go with their author."""

from datetime import datetime
from typing import Any

import pytest

from tests.access.conftest import Office
from tests.common.conftest import SERVICES, Desk
from tests.conftest import Portolan


@pytest.mark.rule("projects.comment.1")
@pytest.mark.parametrize("service", SERVICES)
async def test_only_the_author_changes_a_comment(portolan: Portolan, service: str) -> None:
    desk = await Desk(portolan).furnish()
    await desk.person("Anna", "anna", "anna.second")
    await portolan.settled()
    anna, other = desk.caller("anna", "director"), desk.caller("ben", "director")
    created = await anna.post(
        f"/{service}/v1/comments", json={"subject": desk.subjects[service], "text": "One"}
    )
    path = f"/{service}/v1/comments/{created.json()['id']}"
    assert created.json()["author"] == "anna"
    refused = await desk.patch(path, other, text="Mine")
    assert (refused.status_code, refused.json()["code"]) == (403, "not_for_you")
    under_another_login = await desk.patch(path, desk.caller("anna.second", "director"), text="Two")
    assert under_another_login.status_code == 200, under_another_login.text
    assert datetime.fromisoformat(under_another_login.json()["edited_at"])


async def test_what_was_said_is_taken_back_by_who_said_it_or_who_decides(portolan: Portolan) -> None:
    desk = await Desk(portolan).furnish()
    await desk.member("manager", "project", desk.project_id, person_id=await desk.person("Anna", "anna"))
    await desk.member("manager", "project", desk.project_id, person_id=await desk.person("Ben", "ben"))
    await portolan.settled()
    body = {"subject": desk.subjects["projects"], "text": "One"}
    paths = [
        f"/projects/v1/comments/{(await desk.caller('anna').post('/projects/v1/comments', json=body)).json()['id']}"
        for _ in range(2)
    ]
    for path, caller, status in (
        (paths[0], desk.caller("ben"), 403),
        (paths[0], desk.caller("anna"), 204),
        (paths[1], desk.director, 204),
    ):
        assert (await caller.delete(path, headers={"If-Match": '"1"'})).status_code == status


@pytest.mark.parametrize("service", SERVICES)
async def test_many_comments_are_written_at_once(portolan: Portolan, service: str) -> None:
    desk = await Desk(portolan).furnish()
    nowhere = {"kind": "document", "id": desk.project_id}
    items = [{"subject": desk.subjects[service], "text": "One"}, {"subject": nowhere, "text": "Two"}]
    answer = await desk.director.post(
        f"/{service}/v1/comments/batch", json={"items": items}, headers={"Idempotency-Key": "both"}
    )
    assert answer.status_code == 207, answer.text
    assert [item["status"] for item in answer.json()["items"]] == [201, 422]


@pytest.mark.parametrize("service", SERVICES)
async def test_a_reply_is_about_the_same_subject(portolan: Portolan, service: str) -> None:
    desk = await Desk(portolan).furnish()
    comment = await desk.comment(service)
    reply = await desk.comment(service, "Why?", reply_to_id=comment["id"])
    listed = await desk.director.get(f"/{service}/v1/comments", params={"reply_to_id": comment["id"]})
    assert [one["id"] for one in listed.json()["items"]] == [reply["id"]]
    document = await desk.document(service)
    elsewhere = {"kind": "document", "id": document["id"]}
    refused = await desk.director.post(
        f"/{service}/v1/comments", json={"subject": elsewhere, "text": "x", "reply_to_id": comment["id"]}
    )
    assert (refused.status_code, refused.json()["code"]) == (422, "other_subject")


@pytest.mark.rule("projects.comment.1")
@pytest.mark.parametrize("service", SERVICES)
async def test_who_is_mentioned_anew_is_told_once(portolan: Portolan, service: str) -> None:
    desk = await Desk(portolan).furnish()
    anna, ben = await desk.person("Anna"), await desk.person("Ben")
    await portolan.settled()
    comment = await desk.comment(service, "Look", mentions=[anna])
    path = f"/{service}/v1/comments/{comment['id']}"
    assert comment["version"] == 2
    await desk.patch(path, mentions=[anna, ben])
    await desk.patch(path, text="Look again")
    events = (await desk.director.get(f"/{service}/v1/events", params={"limit": "500"})).json()["items"]
    own = [event for event in events if event["subject"] == comment["id"]]
    assert [event["type"].split(".")[-2] for event in own] == [
        "created", "mentioned", "revised", "mentioned", "revised",
    ]  # fmt: skip
    assert [e["data"]["fact"]["person_ids"] for e in own if "mentioned" in e["type"]] == [[anna], [ben]]


@pytest.mark.parametrize("service", SERVICES)
async def test_nobody_is_mentioned_who_is_not_there(portolan: Portolan, service: str) -> None:
    desk = await Desk(portolan).furnish()
    former = await desk.person("Former")
    await desk.archived(f"/resources/v1/persons/{former}")
    await portolan.settled()
    for person, statuses in ((former, (409,)), ("01978f2e-7c4a-7d3b-9a41-5f0c6e1b2a3d", (409, 422))):
        body = {"subject": desk.subjects[service], "text": "x", "mentions": [person]}
        refused = await desk.director.post(f"/{service}/v1/comments?validate_only=true", json=body)
        assert refused.status_code in statuses, refused.text
        assert refused.json()["errors"][0]["pointer"] == "/mentions/0"


async def test_a_decision_that_was_recorded_is_not_reworded(portolan: Portolan) -> None:
    desk = await Desk(portolan).furnish()
    anna = await desk.person("Anna")
    await portolan.settled()
    comment = await desk.comment("finance", "We take the offer", decided_on="2026-11-30", decided_by=[anna])
    path = f"/finance/v1/comments/{comment['id']}"
    rewordings: tuple[dict[str, Any], ...] = ({"text": "We do not"}, {"decided_on": None}, {"decided_by": []})
    for members in rewordings:
        refused = await desk.patch(path, **members)
        assert (refused.status_code, refused.json()["code"]) == (409, "decision_recorded"), members
    assert (await desk.patch(path, mentions=[anna])).status_code == 200
    decisions = await desk.director.get("/finance/v1/comments", params={"decided_on[gte]": "2026-11-01"})
    assert [one["id"] for one in decisions.json()["items"]] == [comment["id"]]
    without = {"subject": desk.subjects["finance"], "text": "x", "decided_by": [anna]}
    refused = await desk.director.post("/finance/v1/comments", json=without)
    assert refused.json()["errors"][0]["pointer"] == "/decided_on"


@pytest.mark.rule("projects.comment.1")
async def test_what_a_person_said_goes_with_them_everywhere(everywhere: Portolan) -> None:
    desk = await Desk(everywhere).furnish()
    anna = await desk.person("Anna", "anna")
    await everywhere.settled()
    sentence = "Nobody else may read this sentence"
    paths = []
    for service in SERVICES:
        body = {"subject": desk.subjects[service], "text": sentence}
        created = await desk.caller("anna", "director").post(f"/{service}/v1/comments", json=body)
        assert created.status_code == 201, created.text
        paths.append(f"/{service}/v1/comments/{created.json()['id']}")
        await desk.comment(service, "This stays", reply_to_id=created.json()["id"])
    await everywhere.settled()
    assert (await Office(everywhere).act(f"/resources/v1/persons/{anna}", "erase")).status_code == 200
    await everywhere.settled()
    for path in paths:
        erased = (await desk.director.get(path)).json()
        assert (erased["text"], erased["author"], erased["author_id"]) == ("Erased comment", None, None)
        refused = await desk.patch(path, text="Back")
        assert (refused.status_code, refused.json()["code"]) == (409, "erased")
        assert (
            sentence
            not in (await desk.director.get(f"{path.rpartition('/comments')[0]}/events?limit=500")).text
        )
        others = await desk.director.get(path.rpartition("/")[0])
        assert [one["text"] for one in others.json()["items"]] == ["This stays"]
    reporting = everywhere.running.services["reporting"].kernel.store
    for table in ("history", "current_state"):
        rows = await reporting.fetch(f"SELECT state FROM {table} WHERE aggregate_type = 'comment'")
        assert rows
        assert not [row for row in rows if sentence in row[0]]


@pytest.mark.parametrize("text", ["", "  \n", "\u200b\n\u00a0\u00ad", "\u0301"])
async def test_a_comment_says_something_that_can_be_seen(portolan: Portolan, text: str) -> None:
    desk = await Desk(portolan).furnish()
    body = {"subject": desk.subjects["risk"], "text": text}
    refused = await desk.director.post("/risk/v1/comments", json=body)
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/text")
    saved = await desk.director.post("/risk/v1/comments", json=body | {"text": f"{text}\n.\n"})
    assert saved.status_code == 201, saved.text

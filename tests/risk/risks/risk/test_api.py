"""Risks over REST: identified, assessed, watched, and refused where there is no project to threaten."""

from typing import Any

import pytest

from tests.support.given import PROJECTS, RISKS, Desk

UNKNOWN = "01978f2e-7c4a-7d3b-9a41-5f0c6e1b2a3d"


async def test_a_risk_is_identified_assessed_monitored_and_occurs(desk_everywhere: Desk) -> None:
    desk = desk_everywhere
    risk = await desk.risk((await desk.project())["id"], cause="One vendor only")
    assert (risk["state"], risk["score"]) == ("identified", None)
    risk = (await desk.act(RISKS, risk, "assess", probability=4, impact=5)).json()
    assert (risk["state"], risk["score"]) == ("assessed", 20)
    risk = (await desk.act(RISKS, risk, "monitor")).json()
    risk = (await desk.act(RISKS, risk, "assess", probability=2, impact=5)).json()
    assert (risk["state"], risk["score"]) == ("monitored", 10)
    risk = (await desk.act(RISKS, risk, "occur", reason="The vendor is bankrupt")).json()
    risk = (await desk.act(RISKS, risk, "close", reason="Replaced")).json()
    assert (risk["state"], risk["version"]) == ("closed", 6)
    assert await desk.facts("risk") == ["created", "assessed", "monitored", "assessed", "occurred", "closed"]


async def test_an_illegal_move_names_the_state_and_what_it_allows(desk: Desk) -> None:
    refused = await desk.act(RISKS, await desk.risk((await desk.project())["id"]), "monitor")
    problem = refused.json()
    assert (refused.status_code, problem["code"], problem["state"]) == (409, "illegal_move", "identified")
    assert problem["allowed_moves"] == ["assess", "occur", "close"]


async def test_the_moves_on_offer_are_those_the_caller_may_make(desk: Desk) -> None:
    risk = await desk.risk((await desk.project())["id"])
    url = f"/risk/v1/risks/{risk['id']}?expand=allowed_moves"
    offers = {
        r: (await desk.portolan(r).get(url)).json()["allowed_moves"] for r in ("manager", "member", "viewer")
    }
    assert offers == {"manager": ["assess", "occur", "close"], "member": ["assess", "occur"], "viewer": []}


@pytest.mark.parametrize(
    ("rating", "pointer"),
    [
        ({"probability": 0, "impact": 3}, "/probability"),
        ({"probability": 3, "impact": 6}, "/impact"),
        ({"probability": "3", "impact": 3}, "/probability"),
        ({"probability": 3}, "/impact"),
        ({"probability": 3, "impact": 3, "score": 25}, "/score"),
    ],
)
async def test_a_rating_is_two_steps_from_1_to_5(desk: Desk, rating: dict[str, Any], pointer: str) -> None:
    refused = await desk.act(RISKS, await desk.risk((await desk.project())["id"]), "assess", **rating)
    assert refused.status_code == 422
    assert [e["pointer"] for e in refused.json()["errors"]] == [pointer]


async def test_an_assessment_needs_if_match_and_the_version_that_was_read(desk: Desk) -> None:
    risk = await desk.risk((await desk.project())["id"])
    url, body = f"/risk/v1/risks/{risk['id']}/assess", {"probability": 1, "impact": 1}
    assert (await desk.client.post(url, json=body)).status_code == 428
    stale = await desk.client.post(url, json=body, headers={"If-Match": '"7"'})
    assert (stale.status_code, stale.headers["etag"]) == (412, '"1"')


async def test_a_risk_of_a_project_not_heard_of_is_a_reason_to_try_again(desk: Desk) -> None:
    refused = await desk.client.post("/risk/v1/risks", json={"project_id": UNKNOWN, "title": "Fire"})
    assert (refused.status_code, refused.json()["code"]) == (409, "reference_not_yet_known")
    assert refused.headers["retry-after"] == "1"


async def test_a_batch_of_unknown_projects_is_answered_in_the_time_of_one(desk: Desk) -> None:
    items = [{"project_id": UNKNOWN, "title": f"Fire {n}"} for n in range(100)]
    done = await desk.client.post(
        "/risk/v1/risks/batch", json={"items": items}, headers={"Idempotency-Key": "b"}
    )
    assert {i["status"] for i in done.json()["items"]} == {409}


async def test_an_ended_project_takes_no_new_risks_but_lets_its_own_be_closed(desk: Desk) -> None:
    project = await desk.project()
    risk = await desk.risk(project["id"])
    await desk.move(PROJECTS, project, "discontinue")
    refused = await desk.client.post("/risk/v1/risks", json={"project_id": project["id"], "title": "Late"})
    assert (refused.status_code, refused.json()["code"]) == (409, "project_ended")
    assert (await desk.act(RISKS, risk, "close")).status_code == 200


async def test_what_is_closed_is_not_revised(desk: Desk) -> None:
    risk = (await desk.act(RISKS, await desk.risk((await desk.project())["id"]), "close")).json()
    headers = {"Content-Type": "application/merge-patch+json", "If-Match": f'"{risk["version"]}"'}
    refused = await desk.client.patch(f"/risk/v1/risks/{risk['id']}", json={"title": "New"}, headers=headers)
    assert (refused.status_code, refused.json()["code"]) == (409, "risk_closed")


async def test_risks_are_listed_by_score_and_state(desk: Desk) -> None:
    project = (await desk.project())["id"]
    for n in (1, 4, 2):
        await desk.act(RISKS, await desk.risk(project, title=f"R{n}"), "assess", probability=n, impact=5)
    await desk.risk(project, title="R0")
    listed = await desk.client.get(
        f"/risk/v1/risks?project_id={project}&state=assessed&score[gte]=10&sort=-score"
    )
    assert [r["title"] for r in listed.json()["items"]] == ["R4", "R2"]


async def test_a_member_identifies_risks_and_only_those_who_decide_close_them(desk: Desk) -> None:
    project = (await desk.project())["id"]
    desk.client = desk.portolan("member")
    risk = await desk.risk(project)
    assert (await desk.act(RISKS, risk, "close")).status_code == 403
    desk.client = desk.portolan("manager")
    assert (await desk.act(RISKS, risk, "close")).status_code == 200

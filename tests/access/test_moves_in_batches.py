"""Moves in batches need what the move needs, no less and no more; four eyes look at what the same batch has just made."""

from typing import Any

import httpx

from tests.access.conftest import Office
from tests.access.test_four_eyes import LINES, PLANNED, PROJECTS, proposed, relax
from tests.conftest import Portolan

PACKAGES = "/projects/v1/work-packages"


async def send(
    client: httpx.AsyncClient, collection: str, *items: dict[str, Any], key: str = "k"
) -> list[Any]:
    """Of each item its status, and the code of its problem."""
    headers = {"Idempotency-Key": key}
    answer = await client.post(f"{collection}/batch", json={"items": items}, headers=headers)
    assert answer.status_code == 207, answer.text
    return [(i["status"], i.get("problem", {}).get("code", "")) for i in answer.json()["items"]]


async def test_who_only_contributes_reports_progress_in_a_batch_and_writes_nothing_else(
    everywhere: Portolan,
) -> None:
    office = Office(everywhere)
    project = await office.project("ERP")
    one = await office.make(PACKAGES, project_id=project["id"], wbs="1", name="Build")
    member = office.caller("mara", "member")
    progress = {"id": one["id"], "version": 1, "move": "report-progress", "body": {"percent_complete": 30}}
    new = {"project_id": project["id"], "wbs": "2", "name": "Test"}
    archived = {"id": one["id"], "version": 2, "archived": True}
    assert await send(member, PACKAGES, progress, new, archived) == [
        (200, ""), (403, "scope_missing"), (403, "scope_missing"),
    ]  # fmt: skip
    alone = await member.post(f"{PACKAGES}/batch", json={"items": [new]}, headers={"Idempotency-Key": "2"})
    assert (alone.status_code, alone.json()["code"]) == (403, "scope_missing")
    viewer = office.caller("vera", "viewer")
    refused = await viewer.post(
        f"{PACKAGES}/batch", json={"items": [progress]}, headers={"Idempotency-Key": "3"}
    )
    assert (refused.status_code, refused.json()["code"]) == (403, "scope_missing")


async def test_a_move_in_a_batch_is_refused_to_who_may_not_decide(portolan: Portolan) -> None:
    office = Office(portolan)
    project = await office.project("ERP", **PLANNED)
    manager = office.caller("max", "manager")
    item = {"id": project["id"], "version": 1, "move": "approve"}
    patch = {"id": project["id"], "version": 1, "patch": {"name": "B"}}
    assert await send(manager, PROJECTS, item, patch) == [(403, "scope_missing"), (200, "")]


async def test_a_member_of_one_project_moves_what_lies_there_and_nothing_else(portolan: Portolan) -> None:
    office = Office(portolan)
    mine, other = await office.project("Mine", **PLANNED), await office.project("Other", **PLANNED)
    lead = await office.participant("lea", "director", "project", mine["id"])
    items = [{"id": p["id"], "version": 1, "move": "discontinue"} for p in (mine, other)]
    assert await send(lead, PROJECTS, *items) == [(200, ""), (404, "not_found")]


async def test_what_is_hidden_is_moved_by_no_key(portolan: Portolan) -> None:
    office = Office(portolan)
    mine = await office.project("Mine")
    hidden = await office.project("Other", external_ref={"source": "sap", "id": "1"})
    lead = await office.participant("lea", "director", "project", mine["id"])
    item = {"external_ref": hidden["external_ref"], "version": 1, "move": "discontinue"}
    assert await send(lead, PROJECTS, item) == [(404, "not_found")]


async def test_nobody_approves_in_a_batch_what_they_make_or_submit_in_it(everywhere: Portolan) -> None:
    office = Office(everywhere)
    anna, ben = office.caller("anna", "director"), office.caller("ben", "director")
    items: list[dict[str, Any]] = [{"name": "ERP"} | PLANNED, {"item": 0, "move": "approve"}]
    assert await send(anna, PROJECTS, *items) == [(201, ""), (403, "four_eyes")]
    project = (await proposed(ben)).rpartition("/")[2]
    await everywhere.settled()
    amount = {"amount": "12.00", "currency": "CHF"}
    line = {"project_id": project, "fiscal_year": 2026, "nature": "capex", "amount": amount}
    created = await ben.post(LINES, json=line)
    submitted = {"id": created.json()["id"], "version": 1, "move": "submit"}
    assert await send(anna, LINES, submitted, {"item": 0, "move": "approve"}) == [
        (200, ""),
        (403, "four_eyes"),
    ]


async def test_a_submission_that_was_refused_makes_nobody_its_author(portolan: Portolan) -> None:
    office = Office(portolan)
    anna, ben = office.caller("anna", "director"), office.caller("ben", "director")
    project = (await proposed(ben)).rpartition("/")[2]
    await portolan.settled()
    amount = {"amount": "12.00", "currency": "CHF"}
    line = {"project_id": project, "fiscal_year": 2026, "nature": "capex", "amount": amount}
    created = (await ben.post(LINES, json=line)).json()
    assert await send(ben, LINES, {"id": created["id"], "version": 1, "move": "submit"}) == [(200, "")]
    again = {"id": created["id"], "version": 2, "move": "submit"}
    approval = {"id": created["id"], "version": 2, "move": "approve"}
    assert await send(anna, LINES, again, approval) == [(409, "illegal_move"), (200, "")]


async def test_relaxed_four_eyes_stand_on_the_fact_of_a_batch_too(portolan: Portolan) -> None:
    office = Office(portolan)
    await relax(office)
    anna = office.caller("anna", "director")
    items: list[dict[str, Any]] = [{"name": "ERP"} | PLANNED, {"item": 0, "move": "approve"}]
    assert await send(anna, PROJECTS, *items) == [(201, ""), (200, "")]
    events = (await anna.get("/projects/v1/events")).json()["items"]
    assert events[-1]["data"]["fact"]["own_decision"] == "four_eyes_relaxed"

"""Budget lines over REST: submitted, approved, returned; who may do what."""

from typing import Any

import pytest

from tests.finance.conftest import Desk, chf

LINES = "finance/v1/budget-lines"


def line(project: dict[str, Any], **members: Any) -> dict[str, Any]:
    plain = {"project_id": project["id"], "fiscal_year": 2026, "nature": "capex", "amount": chf("500.00")}
    return plain | members


async def test_a_line_is_submitted_and_approved(desk_everywhere: Desk) -> None:
    desk = desk_everywhere
    made = await desk.make(LINES, **line(await desk.project()))
    assert made["state"] == "draft"
    submitted = await desk.move(LINES, made, "submit")
    approved = await desk.move(LINES, submitted, "approve", reason="budget round 2026")
    assert approved["state"] == "approved"
    assert await desk.facts("budget_line") == ["created", "submitted", "approved"]
    assert [x["id"] for x in (await desk.read(f"/{LINES}?state=approved&fiscal_year=2026"))["items"]] == [
        made["id"]
    ]
    assert (await desk.read(f"/{LINES}?state=draft"))["items"] == []


async def test_an_approved_line_is_not_revised_until_it_is_returned(desk: Desk) -> None:
    made = await desk.make(LINES, **line(await desk.project()))
    approved = await desk.move(LINES, await desk.move(LINES, made, "submit"), "approve")
    refused = await desk.revise(LINES, approved, amount=chf("900.00"))
    assert (refused.status_code, refused.json()["code"]) == (409, "not_draft")
    returned = await desk.move(LINES, approved, "return", reason="too much")
    assert (await desk.revise(LINES, returned, amount=chf("400.00"))).status_code == 200


async def test_a_draft_is_not_approved(desk: Desk) -> None:
    made = await desk.make(LINES, **line(await desk.project()))
    refused = await desk.act(LINES, made, "approve")
    assert (refused.status_code, refused.json()["allowed_moves"]) == (409, ["submit"])


async def test_a_manager_submits_but_does_not_approve(desk: Desk) -> None:
    made = await desk.make(LINES, **line(await desk.project()))
    manager = desk.portolan("manager")
    submitted = await manager.post(f"/{LINES}/{made['id']}/submit", headers={"If-Match": '"1"'})
    assert submitted.status_code == 200
    refused = await manager.post(f"/{LINES}/{made['id']}/approve", headers={"If-Match": '"2"'})
    assert (refused.status_code, refused.json()["code"]) == (403, "scope_missing")


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [
        ({"amount": chf("-0.01")}, "/amount"),
        ({"project_id": None}, "/project_id"),
        ({"nature": None}, "/nature"),
        ({"nature": "both"}, "/nature"),
        ({"fiscal_year": 26}, "/fiscal_year"),
        ({"amount": {"amount": 500, "currency": "CHF"}}, "/amount/amount"),
    ],
)
async def test_what_is_wrong_with_a_line_is_pointed_at(
    desk: Desk, wrong: dict[str, Any], pointer: str
) -> None:
    refused = await desk.client.post(f"/{LINES}", json=line(await desk.project(), **wrong))
    assert refused.status_code == 422
    assert pointer in [fault["pointer"] for fault in refused.json()["errors"]]


async def test_a_project_nobody_heard_of_may_still_arrive(desk: Desk) -> None:
    unknown = {"id": "01978f2e-7c4a-7d3b-9a41-5f0c6e1b2a3d"}
    refused = await desk.client.post(f"/{LINES}", json=line(unknown))
    assert (refused.status_code, refused.json()["code"]) == (409, "reference_not_yet_known")
    assert refused.headers["Retry-After"] == "1"


async def test_only_an_importer_sets_a_state(desk: Desk) -> None:
    """Neither a create nor a put by key, of a new line or a standing one, is a way around the approval."""
    project = await desk.project()
    url = f"/{LINES}/by-ref/erp/1"
    granted = line(project, state="approved")
    assert (await desk.client.post(f"/{LINES}", json=granted)).status_code == 403
    assert (await desk.client.put(url, json=granted)).status_code == 403
    assert (await desk.client.put(url, json=line(project))).status_code == 201
    refused = await desk.client.put(url, json=granted)
    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
    assert (await desk.portolan("service").put(url, json=granted)).status_code == 200
    assert await desk.facts("budget_line") == ["created", "approved"]


async def test_an_import_corrects_what_is_approved_and_repeats_nothing(desk: Desk) -> None:
    project = await desk.project()
    importer, url = desk.portolan("service"), f"/{LINES}/by-ref/itdb/1"
    granted = line(project, state="approved", nature=None)
    assert [(await importer.put(url, json=granted)).status_code for _ in range(2)] == [201, 200]
    assert (await importer.put(url, json=granted | {"amount": chf("7.00")})).status_code == 200
    assert await desk.facts("budget_line") == ["created", "revised"]


async def test_money_of_a_programme_needs_no_project(desk: Desk) -> None:
    programme = await desk.make("projects/v1/programmes", name="Digital front door")
    made = await desk.make(
        LINES, fiscal_year=2027, nature="opex", amount=chf("1.00"), programme_id=programme["id"]
    )
    assert (made["project_id"], made["programme_id"]) == (None, programme["id"])

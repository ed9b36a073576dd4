"""Budget lines over REST: submitted, approved, returned; who may do what."""

from typing import Any

import pytest

from tests.support.given import Desk, chf

LINES = "finance/v1/budget-lines"


def line(project: dict[str, Any], **members: Any) -> dict[str, Any]:
    plain = {"project_id": project["id"], "fiscal_year": 2026, "nature": "capex", "amount": chf("500.00")}
    return plain | members


async def test_a_line_is_submitted_and_approved(desk_everywhere: Desk) -> None:
    desk = desk_everywhere
    created = await desk.make(LINES, **line(await desk.project()))
    assert created["state"] == "draft"
    submitted = await desk.move(LINES, created, "submit")
    approved = await desk.move(LINES, submitted, "approve", reason="budget round 2026")
    assert approved["state"] == "approved"
    assert await desk.facts("budget_line") == ["created", "submitted", "approved"]
    assert [x["id"] for x in (await desk.read(f"/{LINES}?state=approved&fiscal_year=2026"))["items"]] == [
        created["id"]
    ]
    assert (await desk.read(f"/{LINES}?state=draft"))["items"] == []


async def test_an_approved_line_is_not_revised_until_it_is_returned(desk: Desk) -> None:
    created = await desk.make(LINES, **line(await desk.project()))
    approved = await desk.move(LINES, await desk.move(LINES, created, "submit"), "approve")
    refused = await desk.revise(LINES, approved, amount=chf("900.00"))
    assert (refused.status_code, refused.json()["code"]) == (409, "not_draft")
    returned = await desk.move(LINES, approved, "return", reason="too much")
    assert (await desk.revise(LINES, returned, amount=chf("400.00"))).status_code == 200


async def test_what_is_expected_of_granted_money_may_change(desk: Desk) -> None:
    created = await desk.make(LINES, **line(await desk.project()))
    approved = await desk.move(LINES, await desk.move(LINES, created, "submit"), "approve")
    revised = await desk.revise(LINES, approved, forecast=chf("620.00"))
    assert (revised.status_code, revised.json()["state"]) == (200, "approved")
    await desk.portolan.settled()
    [year] = (await desk.read("/reporting/v1/budget"))["items"]
    assert (year["total"]["approved"], year["total"]["forecast"]) == (chf("500.00"), chf("620.00"))
    assert year["opex"]["forecast"] is None


async def test_a_draft_is_not_approved(desk: Desk) -> None:
    created = await desk.make(LINES, **line(await desk.project()))
    refused = await desk.act(LINES, created, "approve")
    assert (refused.status_code, refused.json()["allowed_moves"]) == (409, ["submit"])


async def test_a_manager_submits_but_does_not_approve(desk: Desk) -> None:
    created = await desk.make(LINES, **line(await desk.project()))
    manager = desk.portolan("manager")
    submitted = await manager.post(f"/{LINES}/{created['id']}/submit", headers={"If-Match": '"1"'})
    assert submitted.status_code == 200
    refused = await manager.post(f"/{LINES}/{created['id']}/approve", headers={"If-Match": '"2"'})
    assert (refused.status_code, refused.json()["code"]) == (403, "scope_missing")


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [
        ({"amount": chf("-0.01")}, "/amount"),
        ({"forecast": chf("-0.01")}, "/forecast"),
        ({"forecast": {"amount": "1.00", "currency": "EUR"}}, "/forecast"),
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
    created = await desk.make(
        LINES, fiscal_year=2027, nature="opex", amount=chf("1.00"), programme_id=programme["id"]
    )
    assert (created["project_id"], created["programme_id"]) == (None, programme["id"])


async def test_a_granted_line_comes_back_from_the_archive_only_as_it_was_granted(
    desk_everywhere: Desk,
) -> None:
    desk = desk_everywhere
    project = await desk.project()
    url = f"/{LINES}/by-ref/erp/1"
    line_ = (await desk.client.put(url, json=line(project))).json()
    for verb in ("submit", "approve"):
        line_ = await desk.move(LINES, line_, verb)
    await desk.client.delete(f"/{LINES}/{line_['id']}", headers={"If-Match": f'"{line_["version"]}"'})
    refused = await desk.client.put(f"{url}?restore=true", json=line(project, amount=chf("999.00")))
    assert (refused.status_code, refused.json()["code"]) == (409, "not_draft")
    back = await desk.client.put(f"{url}?restore=true", json=line(project))
    assert (back.status_code, back.json()["state"]) == (200, "approved")
    assert await desk.facts("budget_line") == ["created", "submitted", "approved", "archived", "restored"]


@pytest.mark.parametrize("stage", [("discontinue",), ("approve", "activate", "start-closing", "close")])
async def test_what_comes_back_by_its_key_unchanged_is_a_correction_as_a_restoring_is(
    desk: Desk, stage: tuple[str, ...]
) -> None:
    """Not an edit of the plan, which an ended project refuses."""
    project = await desk.project()
    bodies: dict[str, dict[str, Any]] = {
        LINES: line(project),
        "finance/v1/forecasts": {
            "project_id": project["id"],
            "forecast_on": "2026-03-01",
            "at_completion": chf("9.00"),
        },
        "risk/v1/risks": {"project_id": project["id"], "title": "Late"},
        "projects/v1/work-packages": {"project_id": project["id"], "wbs": "1", "name": "Build"},
    }
    for collection, body in bodies.items():
        answer = await desk.client.put(f"/{collection}/by-ref/erp/1", json=body)
        assert answer.status_code == 201, answer.text
        gone = await desk.client.delete(f"/{collection}/{answer.json()['id']}", headers={"If-Match": '"1"'})
        assert gone.status_code == 204, gone.text
    for verb in stage:
        project = await desk.move("projects/v1/projects", project, verb)
    for collection, body in bodies.items():
        url = f"/{collection}/by-ref/erp/1?restore=true"
        other = {"name": "Other"} if "name" in body else {"title": "Other"} if "title" in body else {}
        if other:
            refused = await desk.client.put(url, json=body | other)
            assert (refused.status_code, refused.json()["code"]) == (409, "project_ended"), collection
        back = await desk.client.put(url, json=body)
        assert (back.status_code, back.json()["archived_at"]) == (200, None), (collection, back.text)

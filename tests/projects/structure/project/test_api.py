"""Projects over REST, on both databases."""

from typing import Any

import pytest

from tests.conftest import Portolan

PLANNED = {"planned_start_on": "2026-01-01", "planned_finish_on": "2026-12-31"}


async def proposed(portolan: Portolan, **members: Any) -> Any:
    answer = await portolan("manager").post("/projects/v1/projects", json={"name": "ERP"} | members)
    assert answer.status_code == 201, answer.text
    return answer


async def test_a_project_is_proposed_approved_and_seen_on_the_dashboard(everywhere: Portolan) -> None:
    created = await proposed(everywhere, **PLANNED, planned_cost={"amount": "100", "currency": "CHF"},
                          forecast_cost={"amount": "104.5", "currency": "CHF"})  # fmt: skip
    where = created.headers["location"]
    approved = await everywhere().post(
        f"{where}/approve", json={"reason": "agreed"}, headers={"If-Match": '"1"'}
    )
    assert approved.status_code == 200, approved.text
    assert (approved.json()["stage"], approved.headers["etag"]) == ("approved", '"2"')
    await everywhere.settled()
    [item] = (await everywhere("viewer").get("/reporting/v1/projects")).json()["items"]
    assert item["stage"] == "approved"
    assert item["cost"]["variance"] == {"amount": "-4.50", "currency": "CHF"}
    assert item["cost"]["variance_pct"] == "-4.50"


async def test_a_project_without_dates_cannot_be_approved(portolan: Portolan) -> None:
    created = await proposed(portolan)
    refused = await portolan().post(
        f"{created.headers['location']}/approve", json={}, headers={"If-Match": '"1"'}
    )
    assert (refused.status_code, refused.json()["code"]) == (422, "planned_dates_missing")


async def test_an_illegal_move_names_the_state_and_the_allowed_moves(portolan: Portolan) -> None:
    created = await proposed(portolan)
    refused = await portolan().post(
        f"{created.headers['location']}/close", json={}, headers={"If-Match": '"1"'}
    )
    assert refused.status_code == 409
    assert (refused.json()["state"], refused.json()["allowed_moves"]) == (
        "proposed",
        ["approve", "discontinue"],
    )


async def test_a_put_by_key_is_no_way_around_the_moves(portolan: Portolan) -> None:
    url = "/projects/v1/projects/by-ref/jira/1"
    assert (await portolan().put(url, json={"name": "ERP"})).status_code == 201
    refused = await portolan().put(url, json={"name": "ERP", "stage": "closed"})
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (403, "/stage")
    imported = await portolan("service").put(url, json={"name": "ERP", "stage": "closed"})
    assert (imported.status_code, imported.json()["stage"]) == (200, "closed")


async def test_only_importers_may_set_a_stage(portolan: Portolan) -> None:
    body = {"name": "ERP", "stage": "active"}
    refused = await portolan().put("/projects/v1/projects/by-ref/jira/1", json=body)
    assert refused.status_code == 403
    imported = await portolan("service").put("/projects/v1/projects/by-ref/jira/1", json=body)
    assert (imported.status_code, imported.json()["stage"]) == (201, "active")


async def test_putting_the_same_again_changes_nothing_and_publishes_nothing(everywhere: Portolan) -> None:
    where, body = "/projects/v1/projects/by-ref/jira/ERP%2F17", {"name": "ERP"}
    first = await everywhere("service").put(where, json=body)
    again = await everywhere("service").put(where, json=body)
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == first.json()
    assert len((await everywhere().get("/projects/v1/events")).json()["items"]) == 1


@pytest.mark.parametrize(
    "patch", [{"name": None}, {"name": ""}, {"stage": "closed"}, {"planned_start_on": "2026-13-01"}]
)
async def test_a_patch_that_is_not_valid_names_the_member(portolan: Portolan, patch: dict[str, Any]) -> None:
    created = await proposed(portolan)
    refused = await portolan().patch(
        created.headers["location"],
        json=patch,
        headers={"If-Match": '"1"', "Content-Type": "application/merge-patch+json"},
    )
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["pointer"] == f"/{next(iter(patch))}"

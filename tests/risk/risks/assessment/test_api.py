"""Assessments over REST: dated ratings of a project or a programme."""

from typing import Any

import pytest

from tests.support.given import Desk

UNKNOWN = "01978f2e-7c4a-7d3b-9a41-5f0c6e1b2a3d"


async def test_a_project_is_rated_even_after_its_end(desk: Desk) -> None:
    project = await desk.project("discontinue")
    rated = await desk.client.post(
        "/risk/v1/assessments", json={"project_id": project["id"], "rated_on": "2012-08-31", "rating": 3}
    )
    assert (rated.status_code, rated.json()["rating"]) == (201, 3)


async def test_a_programme_is_rated(desk: Desk) -> None:
    programme = (await desk.client.post("/projects/v1/programmes", json={"name": "Border IT"})).json()["id"]
    await desk.portolan.settled()
    body = {"programme_id": programme, "rated_on": "2012-08-31", "rating": 5, "comment": "On track."}
    assert (await desk.client.post("/risk/v1/assessments", json=body)).status_code == 201
    listed = (
        await desk.client.get(f"/risk/v1/assessments?programme_id={programme}&rated_on[lte]=2012-12-31")
    ).json()
    assert [a["comment"] for a in listed["items"]] == ["On track."]


@pytest.mark.parametrize("member", ["project_id", "programme_id"])
async def test_what_was_not_heard_of_is_a_reason_to_try_again(desk: Desk, member: str) -> None:
    refused = await desk.client.post(
        "/risk/v1/assessments", json={member: UNKNOWN, "rated_on": "2012-08-31", "rating": 1}
    )
    assert (refused.status_code, refused.json()["code"]) == (409, "reference_not_yet_known")
    assert refused.json()["errors"][0]["pointer"] == f"/{member}"


@pytest.mark.parametrize(
    ("members", "code"),
    [
        ({}, "nothing_rated"),
        ({"project_id": UNKNOWN, "rating": 6}, "invalid"),
        ({"rated_on": "31.08.2012"}, "invalid"),
    ],
)
async def test_a_rating_of_nothing_or_beyond_the_scale_is_refused(
    desk: Desk, members: dict[str, Any], code: str
) -> None:
    refused = await desk.client.post(
        "/risk/v1/assessments", json={"rated_on": "2012-08-31", "rating": 3, **members}
    )
    assert (refused.status_code, refused.json()["code"]) == (422, code)


async def test_an_importer_dates_an_assessment_in_the_past(desk: Desk) -> None:
    project = (await desk.project())["id"]
    body = {"project_id": project, "rated_on": "2012-08-31", "rating": 4}
    done = await desk.portolan("service").put(
        "/risk/v1/assessments/by-ref/itdb/7", json=body, headers={"Portolan-Effective-At": "2012-08-31"}
    )
    assert done.status_code == 201
    event = (await desk.client.get("/risk/v1/events")).json()["items"][-1]
    assert event["data"]["effective_at"].startswith("2012-08-31")


async def test_a_rating_does_not_leave_an_archived_project(desk: Desk) -> None:
    """What goes over to another project is asked of both."""
    archived, other = await desk.project(), await desk.project()
    body = {"project_id": archived["id"], "rated_on": "2026-03-01", "rating": 3}
    rated = (await desk.client.put("/risk/v1/assessments/by-ref/erp/1", json=body)).json()
    gone = await desk.client.delete(f"/projects/v1/projects/{archived['id']}", headers={"If-Match": '"1"'})
    assert gone.status_code == 204
    await desk.portolan.settled()
    url = f"/risk/v1/assessments/{rated['id']}"
    headers = {"If-Match": '"1"', "Content-Type": "application/merge-patch+json"}
    for refused in (
        await desk.client.patch(url, json={"project_id": other["id"]}, headers=headers),
        await desk.client.put("/risk/v1/assessments/by-ref/erp/1", json=body | {"project_id": other["id"]}),
    ):
        assert (refused.status_code, refused.json()["code"]) == (409, "project_ended")


async def test_an_assessment_without_a_rating_says_why(desk_everywhere: Desk) -> None:
    project = (await desk_everywhere.project())["id"]
    body = {"project_id": project, "rated_on": "2012-08-31"}
    refused = await desk_everywhere.client.post("/risk/v1/assessments", json=body)
    assert (refused.status_code, refused.json()["code"]) == (422, "not_rated")
    created = await desk_everywhere.client.post("/risk/v1/assessments", json=body | {"comment": "Exempt."})
    assert (created.status_code, created.json()["rating"]) == (201, None)


async def test_no_earlier_rating_stands_in_for_one_that_was_not_given(desk_everywhere: Desk) -> None:
    desk, project = desk_everywhere, (await desk_everywhere.project())["id"]
    for day, members in (("2026-02-01", {"rating": 2}), ("2026-03-01", {"comment": "Exempt."})):
        body = {"project_id": project, "rated_on": day, **members}
        assert (await desk.client.post("/risk/v1/assessments", json=body)).status_code == 201
    await desk.portolan.settled()
    [item] = (await desk.read("/reporting/v1/projects"))["items"]
    assert item["rating"] == {"rating": None, "rated_on": "2026-03-01"}
    exposure = await desk.read("/reporting/v1/risk-exposure")
    assert (exposure["ratings"]["2"], exposure["unrated"]) == (0, 1)


async def test_what_has_ended_is_at_no_rating(desk: Desk) -> None:
    project = await desk.project()
    rated = {"project_id": project["id"], "rated_on": "2026-02-01", "rating": 2}
    assert (await desk.client.post("/risk/v1/assessments", json=rated)).status_code == 201
    await desk.portolan.settled()
    assert (await desk.read("/reporting/v1/risk-exposure"))["ratings"]["2"] == 1
    gone = await desk.client.delete(f"/projects/v1/projects/{project['id']}", headers={"If-Match": '"1"'})
    assert gone.status_code == 204
    await desk.portolan.settled()
    assert (await desk.read("/reporting/v1/risk-exposure"))["ratings"]["2"] == 0

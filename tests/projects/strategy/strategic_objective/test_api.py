"""Strategic objectives over REST: whom they serve, when they count, and who puts them in force."""

from typing import Any

import httpx
import pytest

from tests.conftest import Portolan
from tests.support.given import House

OBJECTIVES = "strategic-objectives"
YEARS = {"from_year": 2026, "until_year": 2028}


def fault(answer: httpx.Response) -> tuple[int, str, str]:
    body = answer.json()
    return answer.status_code, body["code"], body["errors"][0]["pointer"]


async def unit(house: House) -> dict[str, Any]:
    department = await house.make("resources/v1/org-units", name="Customer service")
    await house.portolan.settled()
    return department


@pytest.mark.rule("projects.strategic_objective.1")
async def test_an_objective_of_a_unit_names_the_one_of_the_organisation_that_it_serves(house: House) -> None:
    customers = await house.make(OBJECTIVES, title="Customers stay", **YEARS)
    its = {"title": "Calls are answered", "unit_id": (await unit(house))["id"]} | YEARS
    assert fault(await house.create(OBJECTIVES, **its)) == (422, "serves_nothing", "/parent_id")
    answered = await house.make(OBJECTIVES, **its, parent_id=customers["id"])
    teams = {"title": "Nobody waits", "unit_id": answered["unit_id"], "parent_id": answered["id"]}
    assert (await house.create(OBJECTIVES, **teams, **YEARS)).status_code == 201
    refused = await house.revise(OBJECTIVES, customers, parent_id=answered["id"])
    assert fault(refused) == (422, "serves_a_unit", "/parent_id")


@pytest.mark.rule("projects.strategic_objective.1")
async def test_it_is_put_in_force_by_somebody_else_who_decides(house: House, portolan: Portolan) -> None:
    objective = await house.make(OBJECTIVES, title="Fewer outages", **YEARS)
    path = f"/projects/v1/{OBJECTIVES}/{objective['id']}/adopt"
    for role, subject, expected in (
        ("director", "director", (403, "four_eyes")),
        ("manager", "somebody", (403, "scope_missing")),
        ("director", "somebody", (200, None)),
    ):
        client = portolan.anonymous()
        client.headers["Authorization"] = f"Bearer {portolan.token(role, subject)}"
        answer = await client.post(path, json={}, headers={"If-Match": '"1"'})
        assert (answer.status_code, answer.json().get("code")) == expected, answer.text
    assert answer.json()["state"] == "in_force"


async def test_its_years_run_forward(house: House) -> None:
    backwards = await house.create(OBJECTIVES, title="Fewer outages", from_year=2028, until_year=2026)
    assert fault(backwards) == (422, "years_out_of_order", "/until_year")


async def test_a_day_has_one_value_of_the_indicator(house: House) -> None:
    values = [{"on": "2026-03-31", "value": 4}, {"on": "2026-06-30", "value": 3.5}]
    outages = await house.make(
        OBJECTIVES, title="Fewer outages", kpi="outages a month", kpi_values=values, **YEARS
    )
    assert [one["value"] for one in outages["kpi_values"]] == [4, 3.5]
    refused = await house.revise(OBJECTIVES, outages, kpi_values=[*values, values[0]])
    assert fault(refused) == (422, "measured_twice", "/kpi_values/2/on")


async def test_it_does_not_serve_itself_and_is_not_archived_under_others(house: House) -> None:
    top = await house.make(OBJECTIVES, title="Top", **YEARS)
    low = await house.make(OBJECTIVES, title="Low", parent_id=top["id"], **YEARS)
    circle = await house.revise(OBJECTIVES, top, parent_id=low["id"])
    assert (circle.status_code, circle.json()["errors"][0]["code"]) == (422, "cycle")
    assert (await house.archive(OBJECTIVES, top)).json()["code"] == "has_dependents"

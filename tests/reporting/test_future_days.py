"""What lies in the future is refused where it cannot be known yet, and counts from its own day on."""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from tests.conftest import Portolan

TODAY = datetime.now(ZoneInfo("Europe/Zurich")).date()
"""As the instance counts days."""
PATCH = {"Content-Type": "application/merge-patch+json"}


def chf(amount: str) -> dict[str, str]:
    return {"amount": amount, "currency": "CHF"}


@pytest.fixture
async def project(everywhere: Portolan) -> str:
    """One that is active since 2026-01-05."""
    body = {
        "name": "Old",
        "stage": "active",
        "planned_cost": chf("100.00"),
        "planned_finish_on": "2026-02-01",
    }
    return await put(everywhere, "projects/v1/projects", "1", "2026-01-05", **body)


async def put(portolan: Portolan, collection: str, key: str, on: str | None, **body: Any) -> str:
    headers = {"Portolan-Effective-At": on} if on else {}
    answer = await portolan("service").put(f"/{collection}/by-ref/x/{key}", json=body, headers=headers)
    assert answer.is_success, answer.text
    await portolan.settled()
    return str(answer.json()["id"])


def things(project: str) -> list[tuple[str, str, dict[str, Any]]]:
    """(collection, its member that says when something happened, what else it needs)."""
    return [
        ("projects/v1/projects", "actual_start_on", {"name": "New"}),
        ("projects/v1/projects", "actual_finish_on", {"name": "New"}),
        ("finance/v1/forecasts", "forecast_on", {"project_id": project, "at_completion": chf("9.00")}),
        ("finance/v1/actual-costs", "posted_on", {"project_id": project, "amount": chf("9.00")}),
        ("risk/v1/assessments", "rated_on", {"project_id": project, "rating": 1}),
    ]


async def test_nothing_has_happened_after_today(everywhere: Portolan, project: str) -> None:
    client = everywhere("service")
    for collection, member, body in things(project):
        for day, status in ((TODAY + timedelta(days=1), 422), (TODAY, 201)):
            answer = await client.post(
                f"/{collection}",
                json=body | {member: day.isoformat()},
                headers={"Idempotency-Key": uuid4().hex},
            )
            assert answer.status_code == status, (member, answer.text)
            if status == 422:
                assert answer.json()["code"] == "in_the_future"
                assert answer.json()["errors"][0]["pointer"] == f"/{member}"


async def test_what_happened_is_not_moved_into_the_future_later(everywhere: Portolan, project: str) -> None:
    client, body = everywhere("service"), {"actual_finish_on": (TODAY + timedelta(days=1)).isoformat()}
    url = f"/projects/v1/projects/{project}"
    answer = await client.patch(url, json=body, headers=PATCH | {"If-Match": '"1"'})
    assert answer.status_code == 422, answer.text
    refused = await client.put(
        "/finance/v1/forecasts/by-ref/x/1",
        json={"project_id": project, "at_completion": chf("1.00"), "forecast_on": "2062-01-01"},
        headers={"Portolan-Effective-At": "2026-01-06"},
    )
    assert refused.status_code == 422, refused.text


async def test_what_is_told_of_a_later_day_counts_from_that_day_on(
    everywhere: Portolan, project: str
) -> None:
    """An import dates its writes to the day of its source, which may know of later days."""
    viewer = everywhere("viewer")

    async def on(day: str) -> tuple[Any, Any]:
        [item] = (await viewer.get(f"/reporting/v1/projects?as_of={day}")).json()["items"]
        forecast, schedule = item["cost"]["forecast"], item["schedule"]
        return forecast and forecast["amount"], schedule["variance_days"]

    forecast = {"project_id": project, "at_completion": chf("120.00"), "forecast_on": "2026-04-01"}
    await put(everywhere, "finance/v1/forecasts", "1", "2026-02-10", **forecast)
    earlier = forecast | {"at_completion": chf("110.00"), "forecast_on": "2026-02-10"}
    await put(everywhere, "finance/v1/forecasts", "2", "2026-02-10", **earlier)
    finished = {"name": "Old", "stage": "active", "planned_cost": chf("100.00")}
    dates = {"planned_finish_on": "2026-02-01", "actual_finish_on": "2026-03-03"}
    await put(everywhere, "projects/v1/projects", "1", "2026-02-20", **finished, **dates)
    assert await on("2026-02-09") == (None, -8)
    assert await on("2026-02-10") == ("110.00", -9)
    assert await on("2026-03-02") == ("110.00", -29)
    assert await on("2026-03-03") == ("110.00", -30)
    assert await on("2026-03-31") == ("110.00", -30)
    assert await on("2026-04-01") == ("120.00", -30)


async def test_a_rating_counts_from_its_day_on(everywhere: Portolan, project: str) -> None:
    rating = {"project_id": project, "rating": 2, "rated_on": "2026-03-01"}
    await put(everywhere, "risk/v1/assessments", "1", "2026-02-01", **rating)
    for day, count in (("2026-02-28", 0), ("2026-03-01", 1)):
        content = (await everywhere("viewer").get(f"/reporting/v1/risk-exposure?as_of={day}")).json()
        assert content["ratings"]["2"] == count


@pytest.mark.parametrize("day", ["1949-12-31", "2201-01-01", "0026-06-01"])
async def test_a_day_of_another_age_is_refused_wherever_it_is_given(portolan: Portolan, day: str) -> None:
    client = portolan("service")
    for member in ("planned_start_on", "planned_finish_on", "forecast_finish_on", "actual_finish_on"):
        answer = await client.post("/projects/v1/projects", json={"name": "New", member: day})
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, f"/{member}")
    for query in (
        f"projects/v1/projects?planned_start_on={day}",
        f"projects/v1/projects?planned_start_on[lt]={day}",
        f"projects/v1/projects?updated_at[gt]={day}T00:00:00Z",
        f"reporting/v1/projects?as_of={day}",
        f"reporting/v1/load?from={day[:7]}",
        f"reporting/v1/activity?as_of={day}",
    ):
        assert (await client.get(f"/{query}")).status_code == 400, query
    for instant in (day, f"{day}T12:00:00Z"):
        answer = await client.post(
            "/projects/v1/projects", json={"name": "New"}, headers={"Portolan-Effective-At": instant}
        )
        assert answer.status_code == 422, answer.text


@pytest.mark.parametrize("day", ["1950-01-01", "2200-12-31"])
async def test_the_first_and_the_last_day_are_taken(portolan: Portolan, day: str) -> None:
    answer = await portolan("service").post(
        "/projects/v1/projects", json={"name": "New", "planned_start_on": day}
    )
    assert answer.status_code == 201, answer.text
    listed = await portolan("service").get(f"/projects/v1/projects?planned_start_on={day}")
    assert len(listed.json()["items"]) == 1


@pytest.mark.parametrize(("year", "status"), [(1949, 422), (1950, 201), (2200, 201), (2201, 422)])
async def test_fiscal_years_are_of_the_same_age(
    everywhere: Portolan, project: str, year: int, status: int
) -> None:
    line = {"project_id": project, "nature": "opex", "amount": chf("1.00"), "fiscal_year": year}
    assert (await everywhere("service").post("/finance/v1/budget-lines", json=line)).status_code == status

"""`Portolan-Effective-At`: a past instant, or a day until today; what is dated back may lie before 1970."""

from datetime import timedelta
from typing import Any

import pytest

from shared.base.clock import end_of_day, now, to_wire
from tests.shared.conftest import PROJECTS, Projects

EFFECTIVE = "Portolan-Effective-At"


async def effective(projects: Projects, created: dict[str, Any]) -> list[str]:
    feed = await projects.client.get("/projects/v1/events?limit=200")
    return [event["time"] for event in feed.json()["items"] if event["subject"].endswith(created["id"])]


def dated(projects: Projects) -> Any:
    return projects.callers("service")


async def test_today_is_now(projects_everywhere: Projects) -> None:
    """Also where something of the day has been written already, at a moment that lies before its end."""
    projects = projects_everywhere
    today = now().astimezone(projects.one.kernel.settings.zone).date().isoformat()
    project = await projects.make()
    put = await dated(projects).post(PROJECTS, json={"name": "Dated"}, headers={EFFECTIVE: today})
    assert put.status_code == 201, put.text
    revised = await dated(projects).patch(
        f"{PROJECTS}/{project['id']}",
        json={"name": "Later today"},
        headers={EFFECTIVE: today, "If-Match": '"1"', "Content-Type": "application/merge-patch+json"},
    )
    assert revised.status_code == 200, revised.text
    first, second = await effective(projects, project)
    assert first < second <= now().isoformat()
    assert (await effective(projects, put.json()))[0] <= now().isoformat()


async def test_a_past_day_means_its_end_as_in_as_of(projects: Projects) -> None:
    zone = projects.one.kernel.settings.zone
    day = now().astimezone(zone).date() - timedelta(days=1)
    answer = await dated(projects).post(PROJECTS, json={"name": "X"}, headers={EFFECTIVE: day.isoformat()})
    [at] = await effective(projects, answer.json())
    assert at == to_wire(int(end_of_day(day, zone).timestamp()) * 1_000_000 + 999_999)


@pytest.mark.parametrize("day", ["1950-01-01", "1950-01-01T00:00:00Z", "1969-12-31", "1970-01-01"])
async def test_what_was_so_before_1970_is_dated_too(projects: Projects, day: str) -> None:
    answer = await dated(projects).post(PROJECTS, json={"name": "Old"}, headers={EFFECTIVE: day})
    assert answer.status_code == 201, answer.text
    [at] = await effective(projects, answer.json())
    assert at[:4] in ("1949", "1950", "1969", "1970")


@pytest.mark.parametrize(
    ("day", "detail"),
    [
        ("1949-12-31", "the year lies between 1950 and 2200"),
        ("2201-01-01T00:00:00Z", "the year lies between 1950 and 2200"),
        ("2026-02-30", "Portolan-Effective-At is not acceptable"),
        ("2026-06-01T08:30:00", "with its offset"),
        ("1764374400", "a date is written 2026-06-01"),
    ],
)
async def test_what_is_no_day_is_refused_with_its_reason(projects: Projects, day: str, detail: str) -> None:
    refused = await dated(projects).post(PROJECTS, json={"name": "X"}, headers={EFFECTIVE: day})
    assert (refused.status_code, refused.json()["errors"][0]["header"]) == (422, EFFECTIVE)
    assert detail in refused.json()["detail"]


async def test_what_is_to_come_is_refused(projects: Projects) -> None:
    zone = projects.one.kernel.settings.zone
    tomorrow = now().astimezone(zone).date() + timedelta(days=1)
    for values in (tomorrow.isoformat(), (now() + timedelta(minutes=5)).isoformat()):
        refused = await dated(projects).post(PROJECTS, json={"name": "X"}, headers={EFFECTIVE: values})
        assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, "in_the_future"), values

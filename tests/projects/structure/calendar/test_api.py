"""Calendars over REST: what they refuse, and what they work day by day."""

import asyncio
from typing import Any

import httpx
import pytest

from tests.conftest import Portolan

CALENDARS = "/projects/v1/calendars"
PATCH = {"content-type": "application/merge-patch+json"}
MORNING = {"begins": "08:00", "ends": "12:00"}
AFTERNOON = {"begins": "13:00", "ends": "17:00"}


class Office:
    """What the tests arrange with; every call asserts that it was granted."""

    def __init__(self, portolan: Portolan) -> None:
        self.portolan = portolan
        self.client: httpx.AsyncClient = portolan("manager")

    async def calendar(self, name: str = "Standard", **members: Any) -> dict[str, Any]:
        answer = await self.client.post(CALENDARS, json={"name": name, **members})
        assert answer.status_code == 201, answer.text
        return answer.json()  # type: ignore[no-any-return]

    async def patch(self, calendar: dict[str, Any], **members: Any) -> httpx.Response:
        match = {"if-match": f'"{calendar["version"]}"'}
        return await self.client.patch(f"{CALENDARS}/{calendar['id']}", json=members, headers=PATCH | match)

    async def worked(self, calendar: dict[str, Any], first: str, last: str = "") -> dict[str, Any]:
        query = {"first_on": first, "last_on": last or first}
        answer = await self.client.get(f"{CALENDARS}/{calendar['id']}/working-time", params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()  # type: ignore[no-any-return]

    async def minutes(self, calendar: dict[str, Any], *days: str) -> list[int]:
        return [(await self.worked(calendar, day))["minutes"] for day in days]


@pytest.fixture
def office(portolan: Portolan) -> Office:
    return Office(portolan)


@pytest.fixture
def office_everywhere(everywhere: Portolan) -> Office:
    """Once on SQLite, once on PostgreSQL."""
    return Office(everywhere)


async def test_a_calendar_that_says_nothing_works_in_the_office_week(office: Office) -> None:
    march = await office.worked(await office.calendar(), "2026-03-01", "2026-03-31")
    assert (march["working_days"], march["minutes"]) == (22, 22 * 480)
    assert march["items"][0] == {"on": "2026-03-01", "minutes": 0, "shifts": []}
    assert march["items"][1]["shifts"] == [MORNING, AFTERNOON]


async def test_exceptions_go_before_the_week_and_a_single_day_before_many(office: Office) -> None:
    calendar = await office.calendar(
        week=[{"weekday": "friday", "shifts": [MORNING]}, {"weekday": "saturday", "shifts": [MORNING]}],
        exceptions=[
            {"name": "Shutdown", "first_on": "2026-12-21", "last_on": "2026-12-31"},
            {"name": "Stocktaking", "first_on": "2026-12-30", "last_on": "2026-12-30", "shifts": [AFTERNOON]},
        ],
    )
    days = ("2026-12-17", "2026-12-18", "2026-12-19", "2026-12-20", "2026-12-23", "2026-12-30")
    assert await office.minutes(calendar, *days) == [480, 240, 240, 0, 0, 240]


async def test_what_a_calendar_does_not_say_is_as_in_the_one_it_is_based_on(office: Office) -> None:
    base = await office.calendar(
        week=[{"weekday": "monday", "shifts": [MORNING]}],
        exceptions=[{"first_on": "2026-03-03", "last_on": "2026-03-04"}],
    )
    calendar = await office.calendar(
        "Night",
        based_on_id=base["id"],
        week=[{"weekday": "tuesday", "shifts": [{"begins": "22:00", "ends": "24:00"}]}],
        exceptions=[{"first_on": "2026-03-04", "last_on": "2026-03-04", "shifts": [AFTERNOON]}],
    )
    days = ("2026-03-02", "2026-03-03", "2026-03-04", "2026-03-05", "2026-03-10")
    assert await office.minutes(calendar, *days) == [240, 0, 240, 480, 120]
    assert (await office.patch(base, exceptions=[])).status_code == 200
    assert await office.minutes(calendar, "2026-03-03") == [120]


async def test_public_holidays_of_country_and_region_are_days_off(office: Office) -> None:
    geneva = await office.calendar(country="CH", region="GE")
    zurich = await office.calendar(country="CH", region="ZH")
    days = ("2026-01-01", "2026-09-10", "2026-05-01")
    assert await office.minutes(geneva, *days) == [0, 0, 480]
    assert await office.minutes(zurich, *days) == [0, 480, 0]
    based = await office.calendar(based_on_id=geneva["id"])
    assert await office.minutes(based, "2026-09-10", "2026-09-11") == [0, 480]


WORKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday")


def monday(*shifts: tuple[str, str]) -> dict[str, Any]:
    """A week of which only the Monday is named."""
    return {
        "week": [{"weekday": "monday", "shifts": [{"begins": begin, "ends": end} for begin, end in shifts]}]
    }


def exceptions(*days: tuple[str, str]) -> dict[str, Any]:
    return {"exceptions": [{"first_on": first, "last_on": last} for first, last in days]}


@pytest.mark.parametrize(
    ("members", "code", "pointer"),
    [
        ({"week": [{"weekday": "monday"}, {"weekday": "monday"}]}, "duplicate", "/week/1/weekday"),
        (monday(("13:00", "17:00"), ("08:00", "12:00")), "overlaps", "/week/0/shifts/1/begins"),
        (monday(("08:00", "12:00"), ("11:59", "13:00")), "overlaps", "/week/0/shifts/1/begins"),
        (monday(("09:00", "09:00")), "ends_before_it_begins", "/week/0/shifts/0/ends"),
        (exceptions(("2026-03-02", "2026-03-01")), "before_start", "/exceptions/0/last_on"),
        (exceptions(("2026-03-01", "2026-03-09"), ("2026-03-08", "2026-03-12")), "overlaps", "/exceptions/1"),
        (exceptions(("2026-03-01", "2026-03-01"), ("2026-03-01", "2026-03-01")), "overlaps", "/exceptions/1"),
        ({"region": "GE"}, "needs_country", "/region"),
        ({"week": [{"weekday": day} for day in WORKDAYS]}, "no_working_time", "/week"),
        ({"based_on_id": "01978f2e-7c4a-7d3b-9a41-5f0c6e1b2a3d"}, "not_found", "/based_on_id"),
    ],
)
async def test_a_calendar_that_makes_no_sense_is_refused_with_the_pointer(
    portolan: Portolan, members: dict[str, Any], code: str, pointer: str
) -> None:
    refused = await portolan("manager").post(CALENDARS, json={"name": "Wrong", **members})
    assert refused.status_code == 422, refused.text
    assert [(fault["code"], fault["pointer"]) for fault in refused.json()["errors"]] == [(code, pointer)]


async def test_a_calendar_keeps_the_days_that_those_based_on_it_work(office: Office) -> None:
    saturday = [{"weekday": "saturday", "shifts": [MORNING]}]
    base = await office.calendar(week=saturday)
    between = await office.calendar("Between", based_on_id=base["id"])
    days_off = [{"weekday": day} for day in WORKDAYS]
    weekend = await office.calendar("Weekend", based_on_id=between["id"], week=days_off)
    for week in ([], [{"weekday": "saturday"}]):
        refused = await office.patch(base, week=week)
        assert (refused.status_code, refused.json()["code"]) == (422, "no_working_time")
        assert "Weekend" in refused.json()["detail"]
    moved = await office.patch(between, based_on_id=None)
    assert (moved.status_code, moved.json()["code"]) == (422, "no_working_time")
    sunday = await office.patch(base, week=[{"weekday": "sunday", "shifts": [MORNING]}])
    assert sunday.status_code == 200
    assert await office.minutes(weekend, "2026-03-07", "2026-03-08") == [0, 240]
    archived = await office.client.delete(f"{CALENDARS}/{weekend['id']}", headers={"if-match": '"1"'})
    assert archived.status_code == 204
    assert (await office.patch(sunday.json(), week=[])).status_code == 200
    restored = await office.client.post(
        f"{CALENDARS}/{weekend['id']}/restore", json={}, headers={"if-match": '"2"'}
    )
    assert (restored.status_code, restored.json()["code"]) == (422, "no_working_time")


async def test_two_changes_at_once_leave_no_calendar_without_a_working_day(office: Office) -> None:
    days_off = [{"weekday": day} for day in WORKDAYS]
    for _ in range(5):
        base = await office.calendar(week=[{"weekday": "saturday", "shifts": [MORNING]}])
        week = [*days_off, {"weekday": "sunday", "shifts": [MORNING]}]
        weekend = await office.calendar("Weekend", based_on_id=base["id"], week=week)
        answers = await asyncio.gather(office.patch(base, week=[]), office.patch(weekend, week=days_off))
        assert sorted(answer.status_code for answer in answers) == [200, 422]
        assert (await office.worked(weekend, "2026-03-02", "2026-03-08"))["working_days"] == 1


@pytest.mark.parametrize("clock", ["8:00", "24:30", "25:00", "12:60", "noon"])
async def test_a_time_of_day_is_written_in_two_digits(portolan: Portolan, clock: str) -> None:
    body = {"name": "Wrong"} | monday((clock, "23:00"))
    refused = await portolan("manager").post(CALENDARS, json=body)
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/week/0/shifts/0/begins")


async def test_a_country_without_known_holidays_is_refused(portolan: Portolan) -> None:
    body = {"name": "Nowhere", "country": "CH", "region": "XX"}
    refused = await portolan("manager").post(CALENDARS, json=body)
    assert (refused.status_code, refused.json()["code"]) == (422, "unknown_holidays")


async def test_no_calendar_is_based_on_itself(office_everywhere: Office) -> None:
    office = office_everywhere
    one = await office.calendar()
    other = await office.calendar("Other", based_on_id=one["id"])
    third = await office.calendar("Third", based_on_id=other["id"])
    for base in (one, other, third):
        refused = await office.patch(one, based_on_id=base["id"])
        assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, "cycle")
    kept = await office.client.delete(f"{CALENDARS}/{one['id']}", headers={"if-match": '"1"'})
    assert (kept.status_code, kept.json()["code"]) == (409, "has_dependents")


async def test_the_calendar_of_a_project_serves_that_project_and_stands_still_when_it_ends(
    office_everywhere: Office,
) -> None:
    office = office_everywhere
    projects = "/projects/v1/projects"
    erp, crm = [
        (await office.client.post(projects, json={"name": name})).json()["id"] for name in ("ERP", "CRM")
    ]
    base = await office.calendar()
    own = await office.calendar("Of ERP", project_id=erp, based_on_id=base["id"])
    await office.calendar("Also of ERP", project_id=erp, based_on_id=own["id"])
    for project in (crm, None):
        body = {"name": "Foreign", "project_id": project, "based_on_id": own["id"]}
        refused = await office.client.post(CALENDARS, json=body)
        assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, "other_project")
    director = office.portolan("director")
    await director.post(f"{projects}/{erp}/discontinue", json={}, headers={"If-Match": '"1"'})
    ended = await office.patch(own, name="Late")
    assert (ended.status_code, ended.json()["code"]) == (409, "project_ended")


async def test_a_period_is_asked_in_order_and_not_for_ever(office: Office) -> None:
    calendar = await office.calendar()
    url = f"{CALENDARS}/{calendar['id']}/working-time"
    for first, last in (("2026-03-02", "2026-03-01"), ("2026-01-01", "2027-02-05")):
        refused = await office.client.get(url, params={"first_on": first, "last_on": last})
        assert (refused.status_code, refused.json()["errors"][0]["parameter"]) == (400, "last_on")
    assert len((await office.client.get(url)).json()["items"]) == 28

"""Loads and capacities are counted on the working days of the organisation's calendar, the past by those of then."""

from typing import Any

from tests.conftest import Portolan

CALENDARS, PERSONS = "projects/v1/calendars", "resources/v1/persons"
MORNING = [{"begins": "08:00", "ends": "12:00"}]


async def put(portolan: Portolan, collection: str, day: str, **members: Any) -> dict[str, Any]:
    """Told for a day; the name is the key."""
    key = members.get("name", "one").lower()
    answer = await portolan("service").put(
        f"/{collection}/by-ref/test/{key}", json=members, headers={"Portolan-Effective-At": day}
    )
    assert answer.status_code in (200, 201), answer.text
    await portolan.settled()
    return answer.json()  # type: ignore[no-any-return]


async def booked(portolan: Portolan) -> None:
    """Ada works 40 hours a week, half of them on a project."""
    project = await put(portolan, "projects/v1/projects", "2026-01-05", name="ERP")
    ada = await put(portolan, PERSONS, "2026-01-05", name="Ada", weekly_hours=40)
    period = {"starts_on": "2026-01-01", "ends_on": "2026-12-31", "percent": 50}
    of = {"person_id": ada["id"], "project_id": project["id"]}
    await put(portolan, "resources/v1/allocations", "2026-01-05", **of, **period)


async def hours(portolan: Portolan, month: str, **query: str) -> tuple[float, float]:
    """Booked and capacity."""
    query |= {"from": month, "months": "1"}
    load = (await portolan().get("/reporting/v1/load", params=query)).json()
    units = (await portolan().get("/reporting/v1/department-activity", params=query)).json()
    [unit] = units["items"]
    assert (
        unit["months"][0]["own"]["hard_hours"] + unit["months"][0]["own"]["soft_hours"]
        == (load["items"][0]["months"][0]["hours"])
    )
    return load["items"][0]["months"][0]["hours"], unit["months"][0]["own"]["capacity_hours"]


async def test_the_calendar_of_the_organisation_says_which_days_are_worked(everywhere: Portolan) -> None:
    await booked(everywhere)
    assert await hours(everywhere, "2026-09") == (88.0, 176.0)
    base = await put(everywhere, CALENDARS, "2026-02-02", name="Geneva", country="CH", region="GE")
    shutdown = {"first_on": "2026-09-21", "last_on": "2026-09-25"}
    own = await put(
        everywhere, CALENDARS, "2026-02-02", name="Own", based_on_id=base["id"], exceptions=[shutdown]
    )
    members = {"name": "Hospital", "profile": "end_user"}
    await put(everywhere, "projects/v1/organisations", "2026-02-02", **members)
    assert await hours(everywhere, "2026-09") == (88.0, 176.0), "it names no calendar yet"
    await put(everywhere, "projects/v1/organisations", "2026-03-02", **members, calendar_id=own["id"])
    assert await hours(everywhere, "2026-09") == (64.0, 128.0), "without the Jeûne genevois and the shutdown"
    assert await hours(everywhere, "2026-09", as_of="2026-03-01") == (88.0, 176.0), "as it was then"


async def test_who_works_four_days_a_week_works_longer_on_each(everywhere: Portolan) -> None:
    await booked(everywhere)
    week = [{"weekday": "friday", "shifts": []}, {"weekday": "thursday", "shifts": MORNING}]
    calendar = await put(everywhere, CALENDARS, "2026-01-05", name="Four days", week=week)
    await put(
        everywhere, "projects/v1/organisations", "2026-01-05",
        name="Hospital", profile="publisher", calendar_id=calendar["id"],
    )  # fmt: skip
    assert await hours(everywhere, "2026-06") == (90.0, 180.0), "18 days of 10 hours"

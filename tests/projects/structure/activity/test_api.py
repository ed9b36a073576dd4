"""Activities over HTTP: what makes no sense is refused, progress is reported, and no date of a schedule is written by hand."""

from typing import Any

import pytest

from tests.support.given import House

ACTIVITIES = "activities"
BEGAN, DONE = "2026-06-01T06:00:00Z", "2026-06-05T15:00:00Z"


async def an_activity(house: House, **members: Any) -> dict[str, Any]:
    project = await house.project()
    return await house.make(ACTIVITIES, project_id=project["id"], **({"name": "Migrate data"} | members))


@pytest.mark.parametrize(
    ("members", "pointer"),
    [
        ({"milestone": True, "duration_minutes": 480}, "/duration_minutes"),
        ({"milestone": True, "level_of_effort": True}, "/level_of_effort"),
        ({"constraint_kind": "snet"}, "/constraint_at"),
        ({"constraint_kind": "alap", "constraint_at": BEGAN}, "/constraint_at"),
        ({"constraint_at": BEGAN}, "/constraint_at"),
        ({"actual_finish_at": DONE, "percent_complete": 100}, "/actual_start_at"),
        ({"actual_start_at": DONE, "actual_finish_at": BEGAN, "percent_complete": 100}, "/actual_finish_at"),
        ({"actual_start_at": BEGAN, "actual_finish_at": DONE}, "/percent_complete"),
        ({"actual_start_at": "2099-01-01T00:00:00Z"}, "/actual_start_at"),
    ],
)
async def test_what_makes_no_sense_is_pointed_at(house: House, members: dict[str, Any], pointer: str) -> None:
    project = await house.project()
    answer = await house.create(ACTIVITIES, project_id=project["id"], name="Migrate data", **members)
    assert answer.status_code == 422, answer.text
    assert pointer in [fault["pointer"] for fault in answer.json()["errors"]]


@pytest.mark.rule("projects.activity.2")
@pytest.mark.parametrize("member", ["early_start_at", "start_on", "finish_on", "total_float_minutes"])
async def test_dates_and_floats_are_no_members_that_could_be_written(house: House, member: str) -> None:
    project = await house.project()
    answer = await house.create(
        ACTIVITIES, project_id=project["id"], name="Migrate data", **{member: "2026-06-01"}
    )
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == f"/{member}"


async def test_progress_begins_goes_on_ends_and_is_taken_back(house: House) -> None:
    activity = await an_activity(house, duration_minutes=2400)
    started = await house.move(
        ACTIVITIES, activity, "report-progress", percent_complete=40, actual_start_at=BEGAN
    )
    assert (started["percent_complete"], started["actual_start_at"]) == (40, "2026-06-01T06:00:00.000000Z")
    rest = await house.move(ACTIVITIES, started, "report-progress", remaining_minutes=1800)
    assert (rest["percent_complete"], rest["remaining_minutes"]) == (40, 1800)
    done = await house.move(ACTIVITIES, rest, "report-progress", actual_finish_at=DONE)
    assert (done["percent_complete"], done["remaining_minutes"]) == (100, None)
    back = await house.move(ACTIVITIES, done, "report-progress", percent_complete=60, remaining_minutes=960)
    never = await house.move(ACTIVITIES, back, "report-progress", percent_complete=0)
    assert (back["percent_complete"], back["actual_finish_at"]) == (60, None)
    assert (never["percent_complete"], never["actual_start_at"], never["remaining_minutes"]) == (
        0,
        None,
        None,
    )
    assert await house.facts("activity") == ["created", *["progressed"] * 5]


@pytest.mark.parametrize(
    ("report", "code"),
    [
        ({"percent_complete": 10}, "actual_start_missing"),
        ({"percent_complete": 100, "actual_start_at": BEGAN}, "actual_finish_missing"),
        ({"percent_complete": 10, "actual_start_at": "2099-01-01T00:00:00Z"}, "in_the_future"),
    ],
)
async def test_a_report_that_says_nothing_of_when_is_refused(
    house: House, report: dict[str, Any], code: str
) -> None:
    refused = await house.act(ACTIVITIES, await an_activity(house), "report-progress", **report)
    assert (refused.status_code, refused.json()["code"]) == (422, code)


async def test_packages_and_calendars_are_those_of_its_own_project(house: House) -> None:
    mine, other = await house.project(), await house.project()
    package = await house.make("work-packages", project_id=other["id"], wbs="1", name="Data")
    calendar = await house.make("calendars", project_id=other["id"], name="Nights")
    for member, id in (("work_package_id", package["id"]), ("calendar_id", calendar["id"])):
        answer = await house.create(ACTIVITIES, project_id=mine["id"], name="Migrate", **{member: id})
        assert answer.status_code == 422, answer.text
        assert answer.json()["errors"][0]["pointer"] == f"/{member}"

"""What becomes due is told once, at its instant or as soon as a service is there: each kind, on both databases."""

from collections.abc import AsyncIterator
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest

from shared.base.settings import Settings
from tests.conftest import Portolan, running_portolan
from tests.support.given import ALLOCATIONS, CONTRACTS, PACKAGES, PERSONS, PROJECTS, Arranger, Story
from tests.support.turning import all_told, day, turn


@pytest.fixture
async def turning(tmp_path: Path, database_url: str, fresh_stores: Path) -> AsyncIterator[Portolan]:
    """Everything in one process whose clock can be turned, on each database."""
    if not database_url:
        copytree(fresh_stores, tmp_path, dirs_exist_ok=True)
    settings = Settings(data=tmp_path, database_url=database_url, test_clock=True)
    async with running_portolan(settings) as system:
        yield system


def ahead(portolan: Portolan, days: int) -> str:
    return day(days, portolan.running.settings).isoformat()


async def later(portolan: Portolan, **by: float) -> None:
    """Turn the clock, and wait until all is told that is due then."""
    turn(portolan.running.settings, **by)
    await all_told(portolan)


async def facts_of(portolan: Portolan, service: str, thing: dict[str, Any]) -> list[dict[str, Any]]:
    """The events of one aggregate, oldest first."""
    page = (await portolan("director").get(f"/{service}/v1/events")).json()
    return [event for event in page["items"] if event["subject"] == thing["id"]]


async def names_of(portolan: Portolan, service: str, thing: dict[str, Any]) -> list[str]:
    return [event["type"].split(".")[-2] for event in await facts_of(portolan, service, thing)]


async def package(
    desk: Arranger, project: dict[str, Any], finish: str, wbs: str = "1", **members: Any
) -> dict[str, Any]:
    return await desk.make(
        PACKAGES,
        project_id=project["id"],
        wbs=wbs,
        name=f"Package {wbs}",
        planned_finish_on=finish,
        **members,
    )


async def test_a_package_is_overdue_once_its_finish_is_over(turning: Portolan) -> None:
    desk = Story(turning)
    project = await desk.project()
    one = await package(desk, project, ahead(turning, 5))
    await later(turning, days=5)
    assert await names_of(turning, "projects", one) == ["created"]
    await later(turning, days=1)
    await later(turning, days=40)
    created, overdue = await facts_of(turning, "projects", one)
    assert overdue["type"] == "portolan.projects.work_package.overdue.v1"
    data = overdue["data"]
    assert (data["version"], data["changed"], overdue["authtype"]) == (2, [], "system")
    assert data["effective_at"] == data["fact"]["due_at"]
    assert data["state"]["state"] == "planned"
    assert created["data"]["version"] == 1
    listed = (await turning("viewer").get("/projects/v1/due", params={"aggregate_id": one["id"]})).json()[
        "items"
    ]
    assert [(item["kind"], item["state"], item["told_version"]) for item in listed] == [
        ("work_package.overdue", "told", 2)
    ]
    assert listed[0]["due_at"] == data["fact"]["due_at"] == listed[0]["told_for"]


async def test_a_contract_tells_its_notice_90_days_ahead_and_a_new_one_as_long_as_notice_can_be_given(
    turning: Portolan,
) -> None:
    desk = Arranger(turning)
    project = await desk.project("approve", "activate")
    far, near, over = [
        await desk.make(CONTRACTS, number=f"C-{days}", title="Hosting", project_id=project["id"], notice_on=ahead(turning, days))
        for days in (100, 30, -1)
    ]  # fmt: skip
    await all_told(turning)
    assert await names_of(turning, "finance", far) == ["created"]
    assert await names_of(turning, "finance", near) == ["created", "notice_due"]
    await later(turning, days=10)
    assert await names_of(turning, "finance", far) == ["created", "notice_due"]
    assert await names_of(turning, "finance", over) == ["created"]


async def test_a_booking_tells_its_end_14_days_ahead_unless_it_is_released(turning: Portolan) -> None:
    desk = Story(turning)
    project = await desk.project("approve", "activate")
    one, other = [
        await desk.make(
            ALLOCATIONS, person_id=(await desk.make(PERSONS, name=name))["id"], project_id=project["id"],
            starts_on=ahead(turning, 0), ends_on=ahead(turning, 20), percent=40,
        )
        for name in ("Ana", "Ben")
    ]  # fmt: skip
    await later(turning, days=4)
    await desk.move(ALLOCATIONS, other, "release")
    await later(turning, days=3)
    await later(turning, days=30)
    assert await names_of(turning, "resources", one) == ["created", "ending"]
    assert await names_of(turning, "resources", other) == ["created", "released"]


async def test_a_running_project_without_update_is_told_after_30_days_and_not_every_30_days(
    turning: Portolan,
) -> None:
    desk = Story(turning)
    project = await desk.project("approve", "activate")
    await later(turning, days=29)
    await desk.revise(PROJECTS, project, description="Still at it.")
    await later(turning, days=29)
    assert (await names_of(turning, "projects", project))[-1] == "revised"
    await later(turning, days=1, minutes=1)
    await later(turning, days=60)
    assert (await names_of(turning, "projects", project))[-2:] == ["revised", "update_missing"]
    await desk.revise(PROJECTS, project, description="Back again.")
    await later(turning, days=31)
    assert (await names_of(turning, "projects", project))[-2:] == ["revised", "update_missing"]


async def test_a_membership_starts_and_expires_by_itself(turning: Portolan) -> None:
    desk = Story(turning)
    project = await desk.project()
    person = await desk.make(PERSONS, name="Ana")
    await turning.settled()
    membership = await desk.make(
        "projects/v1/memberships", principal={"person_id": person["id"]}, role="manager", scope="project",
        scope_id=project["id"], starts_on=ahead(turning, 2), ends_on=ahead(turning, 9),
    )  # fmt: skip
    await desk.move("projects/v1/memberships", membership, "grant")
    await later(turning, days=2)
    assert await names_of(turning, "projects", membership) == ["created", "granted", "started"]
    await later(turning, days=8)
    events = await facts_of(turning, "projects", membership)
    assert events[-1]["type"].endswith(".expired.v1")
    assert events[-1]["data"]["state"]["state"] == "expired"
    assert events[-1]["data"]["changed"] == ["state"]
    assert (await desk.act("projects/v1/memberships", membership, "revoke")).status_code == 409


async def test_what_is_late_is_told_in_the_order_of_its_instants(turning: Portolan) -> None:
    desk = Story(turning)
    project = await desk.project()
    finishes = {"1": 7, "2": 3, "3": 11, "4": 1, "5": 5}
    for wbs, days in finishes.items():
        await package(desk, project, ahead(turning, days), wbs)
    await later(turning, days=30)
    page = (await turning("director").get("/projects/v1/events")).json()
    overdue = [event for event in page["items"] if event["type"].endswith(".overdue.v1")]
    assert [event["data"]["state"]["wbs"] for event in overdue] == ["4", "2", "5", "1", "3"]
    assert [event["time"] for event in overdue] == sorted(
        event["data"]["fact"]["due_at"] for event in overdue
    )


async def test_a_change_moves_or_withdraws_what_is_due(turning: Portolan) -> None:
    desk = Story(turning)
    project = await desk.project("approve", "activate")
    moved, done, archived, back = [
        await package(desk, project, ahead(turning, 5), str(n)) for n in range(1, 5)
    ]
    await desk.revise(PACKAGES, moved, planned_finish_on=ahead(turning, 20))
    await desk.act(PACKAGES, done, "report-progress", percent_complete=100)
    await desk.archive(PACKAGES, archived)
    await desk.archive(PACKAGES, back)
    await later(turning, days=6)
    await desk.restore(PACKAGES, back)
    await later(turning, days=1)
    assert [(await names_of(turning, "projects", one))[-1] for one in (moved, done, archived, back)] == [
        "revised", "progressed", "archived", "overdue",
    ]  # fmt: skip
    await later(turning, days=15)
    await desk.act(PACKAGES, done, "report-progress", percent_complete=90)
    await all_told(turning)
    assert [(await names_of(turning, "projects", one))[-1] for one in (moved, done)] == ["overdue", "overdue"]


async def test_the_same_instant_is_not_told_again(turning: Portolan) -> None:
    desk = Story(turning)
    project = await desk.project("approve", "activate")
    finish = ahead(turning, 2)
    one = await package(desk, project, finish)
    await later(turning, days=3)
    await desk.act(PACKAGES, one, "report-progress", percent_complete=100)
    await desk.act(PACKAGES, one, "report-progress", percent_complete=50)
    await desk.revise(PACKAGES, one, planned_finish_on=ahead(turning, 9))
    await desk.revise(PACKAGES, one, planned_finish_on=finish)
    await all_told(turning)
    assert (await names_of(turning, "projects", one)).count("overdue") == 1
    await desk.revise(PACKAGES, one, planned_finish_on=ahead(turning, 4))
    await later(turning, days=5)
    assert (await names_of(turning, "projects", one)).count("overdue") == 2


async def test_history_that_is_imported_makes_nothing_due(turning: Portolan) -> None:
    desk = Story(turning)
    await desk.put(PROJECTS, "P", "2024-01-05", name="Old", stage="active")
    project = (await desk.read(PROJECTS))["items"][0]
    await desk.put(
        PACKAGES,
        "W",
        "2024-01-06",
        project_id=project["id"],
        wbs="1",
        name="W",
        planned_finish_on="2024-03-01",
    )
    await desk.put(
        PACKAGES,
        "W",
        "2024-02-06",
        project_id=project["id"],
        wbs="1",
        name="W",
        planned_finish_on="2024-06-01",
    )
    await desk.put(
        PACKAGES, "now", "", project_id=project["id"], wbs="2", name="N", planned_finish_on="2024-06-01"
    )
    await desk.put(
        PACKAGES,
        "next",
        "2024-01-06",
        project_id=project["id"],
        wbs="3",
        name="X",
        planned_finish_on=ahead(turning, 2),
    )
    await later(turning, days=1)
    assert await desk_facts(turning, "overdue") == []
    await later(turning, days=2)
    assert await desk_facts(turning, "overdue") == ["3"]


async def desk_facts(portolan: Portolan, fact: str) -> list[str]:
    page = (await portolan("director").get("/projects/v1/events")).json()
    return [event["data"]["state"]["wbs"] for event in page["items"] if event["type"].endswith(f".{fact}.v1")]


async def test_a_package_of_a_project_that_ended_is_not_overdue(turning: Portolan) -> None:
    desk = Story(turning)
    project = await desk.project()
    one = await package(desk, project, ahead(turning, 2))
    await desk.move(PROJECTS, project, "discontinue")
    await later(turning, days=5)
    assert await names_of(turning, "projects", one) == ["created"]
    assert (await desk.read("projects/v1/due", aggregate_id=one["id"]))["items"] == []


async def test_what_is_due_in_a_confidential_project_is_shown_only_to_who_sees_it(turning: Portolan) -> None:
    desk = Story(turning)
    hidden, listed = await desk.project(name="Secret", confidential=True), await desk.project(name="Open")
    one, other = [await package(desk, project, ahead(turning, 3)) for project in (hidden, listed)]
    await turning.settled()
    for role, expected in (("director", [one, other]), ("viewer", [other])):
        page = (await turning(role).get("/projects/v1/due")).json()
        assert {item["aggregate_id"] for item in page["items"]} == {thing["id"] for thing in expected}, role


async def test_the_list_is_paged_and_narrowed(turning: Portolan) -> None:
    desk = Story(turning)
    project = await desk.project()
    for n in range(1, 6):
        await package(desk, project, ahead(turning, n), str(n))
    await later(turning, days=2)
    first = await desk.read("projects/v1/due", limit=2)
    rest = await desk.read("projects/v1/due", limit=200, cursor=first["next"])
    instants = [item["due_at"] for item in [*first["items"], *rest["items"]]]
    assert len(instants) == 5
    assert instants == sorted(instants)
    assert len((await desk.read("projects/v1/due", state="told"))["items"]) == 1
    assert len((await desk.read("projects/v1/due", state="waiting"))["items"]) == 4
    narrowed = {"kind": "work_package.overdue", "due_at[gte]": instants[1], "due_at[lt]": instants[3]}
    assert [item["due_at"] for item in (await desk.read("projects/v1/due", **narrowed))["items"]] == instants[
        1:3
    ]
    assert (await desk.read("projects/v1/due", kind="project.update_missing"))["items"] == []
    assert (await turning("director").get("/projects/v1/due?due_at[gte]=yesterday")).status_code == 400

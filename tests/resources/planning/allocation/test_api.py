"""Allocations over REST: booked, committed, revised, released, and never beyond 100 percent."""

import asyncio

import httpx
import pytest

from tests.support.days import today
from tests.support.given import PROJECTS, Bookings

UNKNOWN = "01978f2e-7c4a-7d3b-9a41-5f0c6e1b2a3d"


def outcome(answers: list[httpx.Response]) -> list[int]:
    return sorted(a.status_code for a in answers)


async def test_an_allocation_is_soft_unless_said_otherwise(bookings: Bookings) -> None:
    project, person = await bookings.project(), await bookings.person()
    booked = await bookings.book(person, project["id"], 80)
    assert (booked["commitment"], booked["state"]) == ("soft", "booked")


async def test_a_person_cannot_be_hard_booked_beyond_100_percent(bookings: Bookings) -> None:
    project, person = await bookings.project(), await bookings.person()
    await bookings.book(person, project["id"], 60, commitment="hard")
    refused = await bookings.ask(person, project["id"], 60, commitment="hard", starts_on="2026-06-01")
    assert refused.status_code == 409
    assert refused.json()["code"] == "overallocated"
    assert "120 % from 2026-06-01 to 2026-12-31" in refused.json()["detail"]
    await bookings.book(person, project["id"], 40, commitment="hard")


async def test_of_two_that_race_for_the_same_days_exactly_one_wins(bookings_everywhere: Bookings) -> None:
    bookings = bookings_everywhere
    project, person = await bookings.project(), await bookings.person()
    answers = await asyncio.gather(
        *(bookings.ask(person, project["id"], 60, commitment="hard") for _ in range(2))
    )
    assert outcome(answers) == [201, 409]
    assert next(a for a in answers if a.status_code == 409).json()["code"] == "overallocated"


async def test_of_two_that_race_on_two_replicas_exactly_one_wins(
    bookings_everywhere: Bookings, second_replica: httpx.AsyncClient
) -> None:
    bookings = bookings_everywhere
    project = await bookings.project()
    for _ in range(5):
        person = await bookings.person()
        body = {
            "person_id": person,
            "project_id": project["id"],
            "starts_on": "2026-02-01",
            "ends_on": "2026-02-28",
            "percent": 60,
            "commitment": "hard",
        }
        clients = (bookings.client, second_replica)
        answers = await asyncio.gather(*(c.post("/resources/v1/allocations", json=body) for c in clients))
        assert outcome(answers) == [201, 409]


async def test_of_two_commits_that_race_exactly_one_wins(bookings_everywhere: Bookings) -> None:
    bookings = bookings_everywhere
    project, person = await bookings.project(), await bookings.person()
    soft = [await bookings.book(person, project["id"], 60) for _ in range(2)]
    answers = await asyncio.gather(*(bookings.decide(a, "commit", reason="agreed") for a in soft))
    assert outcome(answers) == [200, 409]


async def test_bookings_of_different_persons_on_one_project_do_not_hinder_each_other(
    bookings: Bookings,
) -> None:
    project = await bookings.project()
    persons = [await bookings.person(f"P{n}") for n in range(30)]
    answers = await asyncio.gather(*(bookings.ask(p, project["id"], 100, commitment="hard") for p in persons))
    assert outcome(answers) == [201] * 30


async def test_the_items_of_a_batch_count_against_each_other(bookings: Bookings) -> None:
    project, person = await bookings.project(), await bookings.person()
    item = {
        "person_id": person,
        "project_id": project["id"],
        "starts_on": "2026-01-01",
        "ends_on": "2026-03-31",
        "percent": 60,
        "commitment": "hard",
    }
    done = await bookings.client.post(
        "/resources/v1/allocations/batch",
        json={"items": [item, item, item | {"percent": 40}]},
        headers={"Idempotency-Key": "b"},
    )
    assert [i["status"] for i in done.json()["items"]] == [201, 409, 201]


async def test_an_item_that_names_a_key_again_is_the_same_and_spoils_no_other_of_the_person(
    bookings: Bookings,
) -> None:
    project, person = await bookings.project(), await bookings.person()
    key = {"external_ref": {"source": "hr", "id": "1"}}
    item = {"person_id": person, "project_id": project["id"], "percent": 10, "commitment": "hard"}
    year = {"starts_on": "2026-01-01", "ends_on": "2026-12-31"}
    done = await bookings.client.post(
        "/resources/v1/allocations/batch",
        json={"items": [item | year | key, item | year | key, item | year]},
        headers={"Idempotency-Key": "b"},
    )
    items = done.json()["items"]
    assert [(i["status"], i["changed"]) for i in items] == [(201, True), (200, False), (201, True)]
    assert items[0]["resource"] == items[1]["resource"]


async def test_committing_is_refused_where_the_person_is_full(bookings: Bookings) -> None:
    project, person = await bookings.project(), await bookings.person()
    await bookings.book(person, project["id"], 60, commitment="hard")
    soft = await bookings.book(person, project["id"], 60)
    refused = await bookings.decide(soft, "commit")
    assert (refused.status_code, refused.json()["code"]) == (409, "overallocated")
    assert (await bookings.booking(soft))["commitment"] == "soft"


async def test_a_revision_is_checked_again(bookings: Bookings) -> None:
    project, person = await bookings.project(), await bookings.person()
    await bookings.book(person, project["id"], 60, commitment="hard")
    second = await bookings.book(person, project["id"], 40, commitment="hard")
    assert (await bookings.rebook(second, percent=41)).json()["code"] == "overallocated"
    assert (await bookings.rebook(second, percent=30)).status_code == 200


async def test_an_archived_allocation_frees_its_days_and_cannot_come_back_over_another(
    bookings: Bookings,
) -> None:
    project, person = await bookings.project(), await bookings.person()
    first = await bookings.book(person, project["id"], 60, commitment="hard")
    url = f"/resources/v1/allocations/{first['id']}"
    assert (await bookings.client.delete(url, headers={"If-Match": '"1"'})).status_code == 204
    await bookings.book(person, project["id"], 60, commitment="hard")
    refused = await bookings.client.post(f"{url}/restore", headers={"If-Match": '"2"'})
    assert (refused.status_code, refused.json()["code"]) == (409, "overallocated")


async def test_a_release_ends_today_and_frees_the_days_after(bookings: Bookings) -> None:
    day = today()
    period = {"starts_on": f"{day.year - 1}-01-01", "ends_on": f"{day.year + 1}-12-31"}
    project, person = await bookings.project(), await bookings.person()
    pieces = await bookings.book(person, project["id"], 100, commitment="hard", **period)
    released = (await bookings.decide(pieces, "release", reason="moved on")).json()
    assert (released["state"], released["ends_on"]) == ("released", day.isoformat())
    after = {"starts_on": f"{day.year + 1}-01-01", "ends_on": f"{day.year + 1}-12-31"}
    await bookings.book(person, project["id"], 100, commitment="hard", **after)
    before = {"starts_on": f"{day.year - 1}-05-01", "ends_on": f"{day.year - 1}-05-31"}
    assert (await bookings.ask(person, project["id"], 1, commitment="hard", **before)).status_code == 409


async def test_an_importer_releases_as_of_a_day_in_the_past(bookings: Bookings) -> None:
    project, person = await bookings.project(), await bookings.person()
    headers = {"Portolan-Effective-At": "2026-01-10"}
    importer = bookings.portolan("service")
    body = {"person_id": person, "project_id": project["id"], "percent": 50}
    year = {"starts_on": "2026-01-01", "ends_on": "2026-12-31"}
    content = (await importer.post("/resources/v1/allocations", json=body | year, headers=headers)).json()
    released = await importer.post(
        f"/resources/v1/allocations/{content['id']}/release",
        headers={"If-Match": '"1"', "Portolan-Effective-At": "2026-03-15"},
    )
    assert released.json()["ends_on"] == "2026-03-15"


async def test_what_is_released_cannot_be_revised_or_committed(bookings: Bookings) -> None:
    project, person = await bookings.project(), await bookings.person()
    content = (await bookings.decide(await bookings.book(person, project["id"], 50), "release")).json()
    assert (await bookings.rebook(content, percent=20)).json()["code"] == "released"
    refused = await bookings.decide(content, "commit")
    assert (refused.status_code, refused.json()["allowed_moves"]) == (409, [])


async def test_the_moves_on_offer_follow_state_and_commitment(bookings: Bookings) -> None:
    project, person = await bookings.project(), await bookings.person()
    for commitment, moves in (("soft", ["commit", "release"]), ("hard", ["release"])):
        pieces = await bookings.book(person, project["id"], 50, commitment=commitment)
        answer = await bookings.client.get(f"/resources/v1/allocations/{pieces['id']}?expand=allowed_moves")
        assert answer.json()["allowed_moves"] == moves


async def test_a_person_who_is_not_there_or_archived_takes_no_bookings(bookings: Bookings) -> None:
    project, person = await bookings.project(), await bookings.person()
    missing = await bookings.ask(UNKNOWN, project["id"], 10)
    assert (missing.status_code, missing.json()["errors"][0]["pointer"]) == (422, "/person_id")
    await bookings.client.delete(f"/resources/v1/persons/{person}", headers={"If-Match": '"1"'})
    gone = await bookings.ask(person, project["id"], 10)
    assert (gone.status_code, gone.json()["code"]) == (409, "archived")


async def test_a_project_not_heard_of_is_a_reason_to_try_again(bookings: Bookings) -> None:
    refused = await bookings.ask(await bookings.person(), UNKNOWN, 10)
    assert (refused.status_code, refused.json()["code"]) == (409, "reference_not_yet_known")
    assert refused.headers["retry-after"] == "1"


async def test_an_ended_project_takes_no_bookings(bookings: Bookings) -> None:
    project = await bookings.move(PROJECTS, await bookings.project(), "discontinue")
    refused = await bookings.ask(await bookings.person(), project["id"], 10)
    assert (refused.status_code, refused.json()["code"]) == (409, "project_ended")


async def test_a_put_that_makes_it_hard_is_told_as_a_commitment(bookings: Bookings) -> None:
    project, person = await bookings.project(), await bookings.person()
    url = "/resources/v1/allocations/by-ref/hr/7"
    body = {
        "person_id": person,
        "project_id": project["id"],
        "starts_on": "2026-01-01",
        "ends_on": "2026-12-31",
        "percent": 50,
    }
    assert (await bookings.client.put(url, json=body)).status_code == 201
    assert (await bookings.client.put(url, json=body | {"commitment": "hard"})).json()["commitment"] == "hard"
    store = bookings.portolan.running.services["resources"].kernel.store
    rows = await store.fetch("SELECT type FROM outbox WHERE aggregate_type = 'allocation' ORDER BY position")
    assert [row[0].split(".")[-2] for row in rows] == ["created", "committed"]


async def test_a_put_cannot_move_an_allocation_to_another_project(bookings: Bookings) -> None:
    one, other, person = await bookings.project(), await bookings.project(), await bookings.person()
    url = "/resources/v1/allocations/by-ref/hr/7"
    body = {"person_id": person, "starts_on": "2026-01-01", "ends_on": "2026-12-31", "percent": 50}
    await bookings.client.put(url, json=body | {"project_id": one["id"]})
    refused = await bookings.client.put(url, json=body | {"project_id": other["id"]})
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/project_id")


@pytest.mark.parametrize(
    ("role", "status"), [("viewer", 403), ("member", 403), ("controller", 403), ("manager", 201)]
)
async def test_who_may_book(bookings: Bookings, role: str, status: int) -> None:
    project, person = await bookings.project(), await bookings.person()
    bookings.client = bookings.portolan(role)
    assert (await bookings.ask(person, project["id"], 10)).status_code == status

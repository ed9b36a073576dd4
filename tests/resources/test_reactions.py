"""What resources does when projects are told of: remembered, and released at their end."""

import asyncio
from dataclasses import replace

from shared.contracts.language import topics_of
from shared.messaging.bus.embedded import read_outbox
from shared.messaging.inbox import Inbox
from tests.conftest import Portolan
from tests.support.given import PROJECTS, Bookings

LIVE = ("approve", "activate", "start-closing", "close")


async def facts(portolan: Portolan, *names: str) -> list[str]:
    store = portolan.running.services["resources"].kernel.store
    rows = await store.fetch("SELECT type FROM outbox WHERE aggregate_type = 'allocation' ORDER BY position")
    return [name for row in rows if (name := row[0].split(".")[-2]) in names]


async def test_a_closed_project_releases_its_allocations_and_no_others(bookings_everywhere: Bookings) -> None:
    bookings = bookings_everywhere
    ending, going, person = await bookings.project(), await bookings.project(), await bookings.person()
    far = {"starts_on": "2020-01-01", "ends_on": "2099-12-31"}
    hard = await bookings.book(person, ending["id"], 60, commitment="hard", **far)
    soft = await bookings.book(person, ending["id"], 30, **far)
    other = await bookings.book(person, going["id"], 40, commitment="hard", **far)
    for verb in LIVE:
        ending = await bookings.move(PROJECTS, ending, verb)
    closed_on = ending["updated_at"][:10]
    for items in (hard, soft):
        released = await bookings.booking(items)
        assert released["state"] == "released"
        assert released["ends_on"][:7] == closed_on[:7]
    assert (await bookings.booking(hard))["commitment"] == "hard"
    assert (await bookings.booking(other))["state"] == "booked"
    assert await facts(bookings.portolan, "released") == ["released", "released"]
    await bookings.book(
        person, going["id"], 60, commitment="hard", starts_on="2098-01-01", ends_on="2098-12-31"
    )


async def test_the_release_says_why_and_what_caused_it(bookings: Bookings) -> None:
    project, person = await bookings.project(), await bookings.person()
    await bookings.book(person, project["id"], 60)
    await bookings.move(PROJECTS, project, "discontinue")
    events = (await bookings.client.get("/resources/v1/events")).json()["items"]
    released = next(e for e in events if e["type"].endswith("allocation.released.v1"))
    assert released["data"]["fact"] == {"reason": "the project was discontinued", "project_archived": False}
    assert released["authid"] == "system:resources.reactions"
    items = (await bookings.client.get("/projects/v1/events")).json()["items"][-1]
    assert (released["causationid"], released["correlationid"]) == (items["id"], items["correlationid"])


async def test_an_import_at_the_end_releases_as_of_its_day(bookings: Bookings) -> None:
    importer, person = bookings.portolan("service"), await bookings.person()
    url, body = "/projects/v1/projects/by-ref/itdb/1", {"name": "Old mainframe"}
    put = await importer.put(
        url, json=body | {"stage": "active"}, headers={"Portolan-Effective-At": "2026-02-01"}
    )
    await bookings.portolan.settled()
    content = await bookings.book(person, put.json()["id"], 50)
    late = await bookings.book(person, put.json()["id"], 50, starts_on="2026-11-01")
    await importer.put(url, json=body | {"stage": "closed"}, headers={"Portolan-Effective-At": "2026-08-31"})
    await bookings.portolan.settled()
    assert (await bookings.booking(content))["ends_on"] == "2026-08-31"
    assert (await bookings.booking(late))["ends_on"] < (await bookings.booking(late))["starts_on"]


async def test_what_is_delivered_twice_does_nothing_twice(bookings: Bookings) -> None:
    project, person = await bookings.project(), await bookings.person()
    await bookings.book(person, project["id"], 60)
    await bookings.move(PROJECTS, project, "discontinue")
    running = bookings.portolan.running
    store = running.services["projects"].kernel.store
    records = await read_outbox(store, topics_of("projects"), 0, 500, {})
    inbox = running.inboxes["resources"][0]
    await inbox.take(records)
    forgetful = Inbox(inbox.kernel, inbox.bus, replace(inbox.consumer, name="resources.again"))
    await forgetful.take(records)
    assert await facts(bookings.portolan, "released") == ["released"]
    assert (await forgetful.kernel.store.fetch("SELECT COUNT(*) FROM dead_letter"))[0][0] == 0


async def test_a_booking_that_races_the_end_of_its_project_is_refused_or_released(bookings: Bookings) -> None:
    """Decided before, committed after the release: the booking must not be left on an ended project."""
    for n in range(10):
        project, person = await bookings.project(), await bookings.person(f"P{n}")
        wanted, _ = await asyncio.gather(
            bookings.ask(person, project["id"], 10), bookings.move(PROJECTS, project, "discontinue")
        )
        await bookings.portolan.settled()
        if wanted.status_code == 201:
            assert (await bookings.booking(wanted.json()))["state"] == "released"
        else:
            assert wanted.json()["code"] == "project_ended"


async def test_an_archived_project_frees_its_people_and_a_restored_one_books_them_again(
    bookings_everywhere: Bookings,
) -> None:
    bookings = bookings_everywhere
    person, other = await bookings.person(), await bookings.person("Grace")
    project, next_one = await bookings.project(), await bookings.project()
    period = {"starts_on": "2026-01-01", "ends_on": "2030-12-31"}
    items = [
        await bookings.book(who, project["id"], 100, commitment="hard", **period) for who in (person, other)
    ]
    assert (await bookings.ask(person, next_one["id"], 50, commitment="hard", **period)).status_code == 409
    url = f"/projects/v1/projects/{project['id']}"
    assert (await bookings.client.delete(url, headers={"If-Match": '"1"'})).status_code == 204
    await bookings.portolan.settled()
    released = [await bookings.booking(one) for one in items]
    assert {one["state"] for one in released} == {"released"}
    assert {one["ends_on"] < "2030-12-31" for one in released} == {True}
    await bookings.book(person, next_one["id"], 50, commitment="hard", **period)
    assert (await bookings.client.post(f"{url}/restore", headers={"If-Match": '"2"'})).status_code == 200
    await bookings.portolan.settled()
    back = [await bookings.booking(one) for one in items]
    assert [(one["state"], one["ends_on"]) for one in back] == [
        ("released", released[0]["ends_on"]),  # the days are taken by now
        ("booked", "2030-12-31"),
    ]


async def test_what_was_released_by_hand_stays_so_when_the_project_comes_back(bookings: Bookings) -> None:
    person, project = await bookings.person(), await bookings.project()
    booking = await bookings.book(person, project["id"], 50, ends_on="2030-12-31")
    reason = {"reason": "the project was archived"}  # as the reaction writes it
    assert (await bookings.decide(booking, "release", **reason)).status_code == 200
    url = f"/projects/v1/projects/{project['id']}"
    await bookings.client.delete(url, headers={"If-Match": '"1"'})
    await bookings.portolan.settled()
    await bookings.client.post(f"{url}/restore", headers={"If-Match": '"2"'})
    await bookings.portolan.settled()
    assert (await bookings.booking(booking))["state"] == "released"


async def test_what_was_booked_of_somebody_who_left_is_corrected_and_gets_no_longer(
    bookings: Bookings,
) -> None:
    person, project = await bookings.person(), await bookings.project()
    past = await bookings.book(person, project["id"], 60, starts_on="2026-01-05", ends_on="2026-02-27")
    gone = await bookings.client.delete(f"/resources/v1/persons/{person}", headers={"If-Match": '"1"'})
    assert gone.status_code == 204, gone.text
    corrected = await bookings.rebook(past, percent=50, ends_on="2026-02-20")
    assert (corrected.status_code, corrected.json()["percent"]) == (200, 50), corrected.text
    longer = await bookings.rebook(corrected.json(), ends_on="2030-02-20")
    assert (longer.status_code, longer.json()["code"]) == (409, "archived")
    assert (await bookings.ask(person, project["id"], 10)).json()["code"] == "archived"
